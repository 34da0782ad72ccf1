#include "connectors/discord/discord.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "What DiscordChatExporter wrote as JSON: a file, or a folder, zip or tar of them.", .example = "discord/", .required = true,
     .path = true},
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
  JsonWriter about;
  about.begin_object().key("guild").raw((*root)["guild"].to_json()).key("channel").raw((*root)["channel"].to_json()).end_object();
  page.records.push_back({fmt::format("channel {}", channel), std::move(about).text(), {}, false});
  std::size_t number = 0;
  for (const auto& message : (*root)["messages"].items()) {
    ++number;
    auto id = message["id"].text();
    if (id.empty()) {
      reject(fmt::format("{} message {}", name, number), message.is_object() ? "a message without an id" : "not a message: expected a JSON object", message.to_json());
      continue;
    }
    RawRecord record{fmt::format("{}/{}", channel, id), message.to_json(), {}, false};
    if (auto time = parse_time(message["timestamp"].text())) record.updated_at = *time;
    page.records.push_back(std::move(record));
  }
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

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  return std::unique_ptr<Connector>{std::make_unique<SavedChannels>(settings.text("path"))};
}

Recognised recognise(std::string_view what) {
  fs::path path{what};
  if (!any_saved_file(path, is_json_file, 3, [](const std::string&, std::string_view beginning) { return looks_like_channel(beginning); })) return {};
  return {95, "channels of a Discord server, saved by DiscordChatExporter", saved_name(path), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kDiscordConnector{
    .info = {.name = "discord",
             .summary = "messages, replies and reactions of a Discord server, as DiscordChatExporter saves them",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "discord/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
