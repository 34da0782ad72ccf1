#include "connectors/rocketchat/rocketchat.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/rocketchat/live.h"
#include "connectors/rooms.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The workspace's address.", .example = "https://chat.example.org", .required = true},
    {.name = "user", .help = "The id of the user that the token belongs to; it is shown with the token.", .example = "aobEdbYhXfu5hkeqG", .required = true},
    {.name = "token", .help = "A personal access token.", .example = "$ROCKETCHAT_TOKEN", .required = true, .secret = true},
    {.name = "channels", .help = "Names of the channels to read, with commas; all public ones, if not given.", .example = "general, help"},
};
constexpr Stream kStreams[] = {{"users", StreamKind::kIncremental}, {"messages", StreamKind::kIncremental}};

class RocketchatConnector : public Connector {
 public:
  explicit RocketchatConnector(rocketchat::Workspace workspace) : workspace_(std::move(workspace)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    return stream == "users" ? rocketchat::read_users(workspace_, cursor, http) : rocketchat::read_messages(workspace_, cursor, http);
  }

 private:
  rocketchat::Workspace workspace_;
};

std::string site_of(std::string_view url) { return std::string{url.substr(0, url.find('/', url.find("://") + 3))}; }

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  const auto& url = settings.text("url");
  if (!is_web_address(url)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(url)), "it should be the workspace's address: https://…");
  return std::unique_ptr<Connector>{std::make_unique<RocketchatConnector>(
      rocketchat::Workspace{site_of(url), settings.text("user"), settings.text("token"), names_in(settings.text("channels"))})};
}

// Links lead to the workspace.
Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE rocketchat_site = {};\n{}", sql_quoted(site_of(settings.text("url"))), embedded_file(embedded_connectors(), "rocketchat/model.sql"));
}

// Only a name tells: the shapes of its addresses are also those of others.
Recognised recognise(std::string_view what) {
  if (!is_web_address(what)) return {};
  auto host = host_of_address(what);
  auto site = site_of(what);
  auto parts = split(what.substr(site.size()), '/');  // "", "channel", name
  bool named = host.ends_with(".rocket.chat") || host.find("rocketchat") != std::string::npos || host.find("rocket-chat") != std::string::npos;
  bool channel = parts.size() == 3 && parts[1] == "channel" && !parts[2].empty();
  Recognised found{named ? 85 : 0, channel ? "a channel of a Rocket.Chat workspace" : "a Rocket.Chat workspace", host.substr(0, host.find('.')), {{"url", site}, {"token", "$ROCKETCHAT_TOKEN"}}};
  if (channel) found.settings.emplace_back("channels", parts[2]);
  return found;
}

}  // namespace

const ConnectorEntry kRocketchatConnector{
    .info = {.name = "rocketchat",
             .summary = "messages, threads and reactions of the public channels of a Rocket.Chat workspace",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "rocketchat/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
