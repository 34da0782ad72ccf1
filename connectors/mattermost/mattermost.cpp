#include "connectors/mattermost/mattermost.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/mattermost/live.h"
#include "connectors/rooms.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The server's address; with a team's name behind it, that team only.", .example = "https://chat.example.org/community", .required = true},
    {.name = "token", .help = "The token of a bot account, or a personal access token.", .example = "$MATTERMOST_TOKEN", .required = true, .secret = true},
    {.name = "channels", .help = "Names of the channels to read, as addresses have them, with commas; all public ones of the team, if not given.",
     .example = "help, town-square"},
};
constexpr Stream kStreams[] = {{"users", StreamKind::kIncremental}, {"messages", StreamKind::kIncremental}};

class MattermostConnector : public Connector {
 public:
  explicit MattermostConnector(mattermost::Server server) : server_(std::move(server)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    return stream == "users" ? mattermost::read_users(server_, cursor, http) : mattermost::read_messages(server_, cursor, http);
  }

 private:
  mattermost::Server server_;
};

struct Address {
  std::string site, team;  // "https://chat.example.org", "community"
};

// "https://chat.example.org/community/channels/help" too.
Address address_of(std::string_view url) {
  auto path = url.find('/', url.find("://") + 3);
  if (path == std::string_view::npos) return {std::string{url}, {}};
  return {std::string{url.substr(0, path)}, std::string{split(url.substr(path + 1), '/').front()}};
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  if (!is_web_address(settings.text("url")))
    return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(settings.text("url"))), "it should be the server's address: https://…");
  auto [site, team] = address_of(settings.text("url"));
  return std::unique_ptr<Connector>{
      std::make_unique<MattermostConnector>(mattermost::Server{site, team, settings.text("token"), names_in(settings.text("channels"))})};
}

// Links lead to the server.
Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE mattermost_site = {};\n{}", sql_quoted(address_of(settings.text("url")).site),
                     embedded_file(embedded_connectors(), "mattermost/model.sql"));
}

// The address of a channel has a shape of its own; so has a server that is called after what it is.
Recognised recognise(std::string_view what) {
  if (!is_web_address(what)) return {};
  auto [site, team] = address_of(what);
  auto host = host_of_address(what);
  auto parts = split(what.substr(site.size()), '/');  // "", team, "channels", channel
  bool channel = parts.size() == 4 && parts[2] == "channels" && !parts[1].empty() && !parts[3].empty();
  bool named = host.find("mattermost") != std::string::npos && (team.empty() || parts.size() == 2);
  Recognised found{channel ? 60 : named ? 75 : 0, channel ? "a channel of a Mattermost server" : "a Mattermost server", team.empty() ? host : team,
                   {{"url", team.empty() ? site : site + "/" + team}, {"token", "$MATTERMOST_TOKEN"}}};
  if (channel) found.settings.emplace_back("channels", parts[3]);
  return found;
}

}  // namespace

const ConnectorEntry kMattermostConnector{
    .info = {.name = "mattermost",
             .summary = "posts, threads and reactions of the public channels of a Mattermost server",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "mattermost/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
