#include "connectors/matrix/matrix.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/matrix/live.h"
#include "connectors/rooms.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The homeserver's address.", .example = "https://matrix.example.org", .required = true},
    {.name = "token", .help = "An access token of the account that reads.", .example = "$MATRIX_TOKEN", .required = true, .secret = true},
    {.name = "rooms", .help = "Aliases or ids of the rooms to read, with commas; all that the account has joined, if not given.",
     .example = "#sdk:example.org, !aBc123:example.org"},
};
constexpr Stream kStreams[] = {{"messages", StreamKind::kIncremental}};

class MatrixConnector : public Connector {
 public:
  explicit MatrixConnector(matrix::Homeserver homeserver) : homeserver_(std::move(homeserver)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override { return matrix::read_messages(homeserver_, cursor, http); }

 private:
  matrix::Homeserver homeserver_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto site = settings.text("url");
  while (site.ends_with('/')) site.pop_back();
  if (!is_web_address(site)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(site)), "it should be the homeserver's address: https://…");
  matrix::Homeserver homeserver{site, settings.text("token"), {}};
  for (auto room : split(settings.text("rooms"), ','))
    if (room = trim(room); !room.empty()) homeserver.rooms.emplace(room);
  return std::unique_ptr<Connector>{std::make_unique<MatrixConnector>(std::move(homeserver))};
}

// "https://matrix.to/#/#sdk:example.org", "#sdk:example.org". The homeserver of an alias is only a guess from its domain.
Recognised recognise(std::string_view what) {
  std::string room{what};
  if (is_web_address(what)) {
    auto hash = what.find("/#/");
    if (host_of_address(what) != "matrix.to" || hash == std::string_view::npos) return {0, {}, "matrix", {{"url", std::string{what}}, {"token", "$MATRIX_TOKEN"}}};
    room = percent_decoded(what.substr(hash + 3, what.find('?', hash) - hash - 3));
  }
  auto colon = room.find(':');
  if ((!room.starts_with('#') && !room.starts_with('!')) || colon == std::string::npos || colon < 2 || colon + 1 == room.size() || room.find_first_of("/ ") != std::string::npos) return {};
  return {90, "a Matrix room", room.substr(1, colon - 1), {{"url", "https://" + room.substr(colon + 1)}, {"token", "$MATRIX_TOKEN"}, {"rooms", room}}};
}

}  // namespace

const ConnectorEntry kMatrixConnector{
    .info = {.name = "matrix",
             .summary = "messages, threads and reactions of Matrix rooms",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "matrix/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
