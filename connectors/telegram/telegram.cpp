#include "connectors/telegram/telegram.h"

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
    {.name = "path", .help = "result.json as Telegram Desktop exports it: of one chat, or of a whole account; or a folder, zip or tar of such files.",
     .example = "ChatExport_2024-03-04/", .required = true, .path = true},
    {.name = "timezone", .help = "Where the export was made: older ones hold local times only.", .example = "Europe/Berlin", .fallback = "UTC"},
};
constexpr Stream kStreams[] = {{"messages", StreamKind::kIncremental}};

bool is_json_file(std::string_view name) { return lower_ascii(name).ends_with(".json"); }

void take_chat(const std::string& name, const JsonValue& chat, Page& page) {
  auto id = chat["id"].integer();
  if (!id || !chat["messages"].is_array()) {
    page.rejected.push_back({name, "not a chat: it has no id or no messages", chat.to_json().substr(0, 300)});
    return;
  }
  JsonWriter about;
  about.begin_object();
  for (const auto& [key, value] : chat.members())
    if (key != "messages") about.key(key).raw(value.to_json());
  about.end_object();
  page.records.push_back({fmt::format("chat {}", *id), std::move(about).text(), {}, false});
  std::size_t number = 0;
  for (const auto& message : chat["messages"].items()) {
    ++number;
    auto message_id = message["id"].integer();
    if (!message_id) {
      page.rejected.push_back({fmt::format("{} message {}", name, number), message.is_object() ? "a message without an id" : "not a message: expected a JSON object",
                               message.to_json().substr(0, 300)});
      continue;
    }
    RawRecord record{fmt::format("{}/{}", *id, *message_id), message.to_json(), {}, false};
    if (auto seconds = message["date_unixtime"].integer()) record.updated_at = time_from_unix(*seconds);
    page.records.push_back(std::move(record));
  }
}

// One chat, or all of an account: of these only groups and channels, never what two people wrote to each other.
void take_file(const std::string& name, const std::string& text, Page& page) {
  JsonDocument document;
  auto root = document.parse(text);
  if (!root) {
    page.rejected.push_back({name, root.error().what, repair_utf8(std::string_view{text}.substr(0, 300))});
    return;
  }
  bool many = false;
  for (const char* list : {"chats", "left_chats"}) {
    std::size_t number = 0;
    for (const auto& chat : (*root)[list]["list"].items()) {
      auto position = fmt::format("{} {} {}", name, list, ++number);
      auto type = chat["type"].text();
      if (type.ends_with("group") || type.ends_with("channel")) take_chat(position, chat, page);
      else page.rejected.push_back({position, "private chats of a whole account are not read; export a chat by itself to use it", std::string{type}});
    }
    many |= (*root)[list].is_object();
  }
  if (!many) take_chat(name, *root, page);
}

bool looks_like_chats(std::string_view beginning) {
  auto text = beginning.substr(0, 16384);
  if (!trim(text).starts_with('{')) return false;
  auto messages = text.find("\"messages\"");
  if (messages == std::string_view::npos) return false;
  auto before = text.substr(0, messages);
  for (const char* type : {"_chat\"", "_group\"", "_supergroup\"", "_channel\"", "\"saved_messages\""})
    if (before.find("\"type\"") != std::string_view::npos && before.find(type) != std::string_view::npos) return true;
  return false;
}

class SavedChats : public Connector {
 public:
  explicit SavedChats(fs::path path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return read_saved(path_, cursor, is_json_file, take_file);
  }

 private:
  fs::path path_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  return std::unique_ptr<Connector>{std::make_unique<SavedChats>(settings.text("path"))};
}

Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE telegram_zone = {};\n{}", sql_quoted(settings.text("timezone")), embedded_file(embedded_connectors(), "telegram/model.sql"));
}

Recognised recognise(std::string_view what) {
  fs::path path{what};
  if (!any_saved_file(path, is_json_file, 3, [](const std::string&, std::string_view beginning) { return looks_like_chats(beginning); })) return {};
  return {95, "chats exported by Telegram Desktop", saved_name(path), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kTelegramConnector{
    .info = {.name = "telegram",
             .summary = "messages, replies and reactions of Telegram groups and channels, as Telegram Desktop exports them",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "telegram/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
