#include "connectors/discord/discord.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/json.h"
#include "base/text.h"
#include "connectors/discord/live.h"
#include "connectors/discord/messages.h"
#include "connectors/rooms.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;
using namespace discord;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "What DiscordChatExporter wrote as JSON: a file, or a folder, zip or tar of them.", .example = "discord/", .path = true},
    {.name = "guild", .help = "Live: the server's id, read if there is no `path`.", .example = "900000000000000000"},
    {.name = "token", .help = "Live: the token of a bot that was added to the server.", .example = "$DISCORD_TOKEN", .secret = true},
    {.name = "channels", .help = "Live: names or ids of the channels to read, with commas; all that the bot may read, if not given.", .example = "help, general"},
    {.name = "look_back_days", .help = "Live: how far back each sync reads again for edits, reactions and deletions.", .example = "30", .fallback = "7"},
};
constexpr Stream kStreams[] = {{"messages", StreamKind::kIncremental}};

bool is_json_file(std::string_view name) { return lower_ascii(name).ends_with(".json"); }

// A file is one channel (or a part of one, or a thread): what it is, then its messages.
void take_file(const std::string& name, const std::string& text, Page& page) {
  auto reject = [&](std::string position, std::string reason, std::string_view excerpt) {
    page.rejected.push_back({std::move(position), std::move(reason), repair_utf8(excerpt.substr(0, 300))});
  };
  JsonDocument document;
  auto root = document.parse(text);
  if (!root) return reject(name, root.error().what, text);
  auto channel = (*root)["channel"]["id"].text();
  if (channel.empty() || !(*root)["messages"].is_array()) return reject(name, "not a channel: it has no channel.id or no messages", text);
  // Direct messages have no guild, but the id 0 and the name "Direct Messages".
  if ((*root)["guild"]["id"].text() == "0") return reject(name, "direct messages are not read", {});
  take_channel((*root)["guild"], (*root)["channel"], page);
  std::size_t number = 0;
  for (const auto& message : (*root)["messages"].items()) take_message(channel, message, fmt::format("{} message {}", name, ++number), page);
}

bool looks_like_channel(std::string_view beginning) {
  auto text = beginning.substr(0, 16384);
  auto guild = text.find("\"guild\""), channel = text.find("\"channel\""), messages = text.find("\"messages\"");
  return trim(text).starts_with('{') && guild < channel && channel < messages && messages != std::string_view::npos;
}

class SavedChannels : public Connector {
 public:
  explicit SavedChannels(fs::path path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return read_saved(path_, cursor, is_json_file, take_file);
  }

 private:
  fs::path path_;
};

class LiveServer : public Connector {
 public:
  explicit LiveServer(Server server) : server_(std::move(server)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override { return read_messages(server_, cursor, http); }

 private:
  Server server_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  if (!settings.has("path")) {
    if (!settings.has("guild"))
      return fail(Error::Kind::kBadInput, "neither `path` nor `guild` is given", "set path to saved channels, or guild to the id of a server (Copy Server ID in Discord's developer mode)");
    if (!settings.has("token"))
      return fail(Error::Kind::kAuth, "a live server needs the token of a bot", "make a bot at discord.com/developers, add it to the server, then set token = \"$NAME_OF_A_VARIABLE\"");
    Server server{settings.text("guild"), settings.text("token"), names_in(settings.text("channels")), TRY(look_back_of(settings))};
    return std::unique_ptr<Connector>{std::make_unique<LiveServer>(std::move(server))};
  }
  return std::unique_ptr<Connector>{std::make_unique<SavedChannels>(settings.text("path"))};
}

// "https://discord.com/channels/900/910": a server, and a channel of it.
Recognised recognise_address(std::string_view what) {
  auto host = host_of_address(what);
  if (host != "discord.com" && host != "discordapp.com") return {};
  auto parts = split(what.substr(what.find("://") + 3), '/');
  auto is_id = [](std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; };
  if (parts.size() < 3 || parts[1] != "channels" || !is_id(parts[2])) return {};
  Recognised found{95, "a Discord server", "discord", {{"guild", std::string{parts[2]}}, {"token", "$DISCORD_TOKEN"}}};
  if (parts.size() > 3 && is_id(parts[3])) {
    found.understood = "a channel of a Discord server";
    found.settings.emplace_back("channels", parts[3]);
  }
  return found;
}

Recognised recognise(std::string_view what) {
  if (is_web_address(what)) return recognise_address(what);
  fs::path path{what};
  if (!any_saved_file(path, is_json_file, 3, [](const std::string&, std::string_view beginning) { return looks_like_channel(beginning); })) return {};
  return {95, "channels of a Discord server, saved by DiscordChatExporter", saved_name(path), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kDiscordConnector{
    .info = {.name = "discord",
             .summary = "messages, replies and reactions of a Discord server, live or as DiscordChatExporter saves them",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "discord/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
