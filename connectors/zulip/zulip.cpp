#include "connectors/zulip/zulip.h"

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
    {.name = "path", .help = "Saved messages: a folder or archive of <stream>/<topic>.json as zulip-archive writes them, or answers of Zulip's API.",
     .example = "zulip_json/", .required = true, .path = true},
    {.name = "site", .help = "The organization's address, so that messages have links.", .example = "https://example.zulipchat.com"},
};
constexpr Stream kStreams[] = {{"messages", StreamKind::kIncremental}};

bool is_json_file(std::string_view name) { return lower_ascii(name).ends_with(".json"); }

// In addresses and file names Zulip writes percent signs as dots: "Adding.20a.20stream" -> "Adding a stream".
std::string undotted(std::string_view name) { return percent_decoded(replace_all(name, ".", "%")); }

struct Home {
  std::string stream, topic;  // "236604-Zulip-meta", "Adding a stream"; empty where the message itself tells
};

// What a file is called tells where its messages were said: …/<stream>/<topic>.json.
Home home_of(const std::string& name) {
  auto slash = name.rfind('/');
  if (slash == std::string::npos) return {};
  auto folder = name.substr(0, slash);
  auto topic = name.substr(slash + 1, name.size() - slash - 1 - std::string_view{".json"}.size());
  return {folder.substr(folder.rfind('/') + 1), undotted(topic)};
}

void take_message(const JsonValue& message, const Home& home, std::string position, Page& page) {
  auto id = message["id"].integer();
  if (!id) {
    page.rejected.push_back({std::move(position), message.is_object() ? "a message without an id" : "not a message: expected a JSON object", message.to_json().substr(0, 300)});
    return;
  }
  if (message["type"].text() == "private") {
    page.rejected.push_back({std::move(position), "direct messages are not read", {}});
    return;
  }
  JsonWriter json;
  json.begin_object();
  if (!home.stream.empty() && message["display_recipient"].is_null()) json.key("stream").value(home.stream).key("topic").value(home.topic);
  json.key("message").raw(message.to_json()).end_object();
  RawRecord record{fmt::format("{}", *id), std::move(json).text(), {}, false};
  if (auto seconds = message["timestamp"].integer()) record.updated_at = time_from_unix(*seconds);
  page.records.push_back(std::move(record));
}

void take_file(const std::string& name, const std::string& text, Page& page) {
  JsonDocument document;
  auto root = document.parse(text);
  auto reject = [&](std::string reason) { page.rejected.push_back({name, std::move(reason), repair_utf8(std::string_view{text}.substr(0, 300))}); };
  if (!root) return reject(root.error().what);
  auto streams = (*root)["streams"];
  if (streams.is_array()) {  // names of streams: GET /streams
    std::size_t number = 0;
    for (const auto& stream : streams.items()) {
      ++number;
      if (auto id = stream["stream_id"].integer()) page.records.push_back({fmt::format("stream {}", *id), stream.to_json(), {}, false});
      else page.rejected.push_back({fmt::format("{} stream {}", name, number), "it has no stream_id", stream.to_json().substr(0, 300)});
    }
    return;
  }
  if (name.ends_with("stream_index.json") || (streams.is_object() && (*root)["time"].type() != JsonValue::Type::kAbsent)) return;  // what the archive itself needs
  bool answer = (*root)["messages"].is_array();
  if (!root->is_array() && !answer) return reject("expected an array of messages, or an answer with `messages` or `streams`");
  auto home = answer ? Home{} : home_of(name);
  std::size_t number = 0;
  for (const auto& message : (answer ? (*root)["messages"] : *root).items()) take_message(message, home, fmt::format("{} message {}", name, ++number), page);
}

bool looks_like_messages(std::string_view beginning) {
  auto text = beginning.substr(0, 16384);
  return text.find("\"sender_full_name\"") != std::string_view::npos && text.find("\"timestamp\"") != std::string_view::npos;
}

class SavedMessages : public Connector {
 public:
  explicit SavedMessages(fs::path path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return read_saved(path_, cursor, is_json_file, take_file);
  }

 private:
  fs::path path_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  return std::unique_ptr<Connector>{std::make_unique<SavedMessages>(settings.text("path"))};
}

Result<std::string> make_model(const Settings& settings) {
  auto site = settings.text("site");
  while (site.ends_with('/')) site.pop_back();
  return fmt::format("SET VARIABLE zulip_site = {};\n{}", sql_quoted(site), embedded_file(embedded_connectors(), "zulip/model.sql"));
}

Recognised recognise(std::string_view what) {
  fs::path path{what};
  if (!any_saved_file(path, is_json_file, 5, [](const std::string&, std::string_view beginning) { return looks_like_messages(beginning); })) return {};
  return {95, "saved messages of a Zulip organization", saved_name(path), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kZulipConnector{
    .info = {.name = "zulip",
             .summary = "messages and topics of a Zulip organization, from an archive or saved answers of its API",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "zulip/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
