#include "connectors/zulip/zulip.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/json.h"
#include "base/text.h"
#include "connectors/rooms.h"
#include "connectors/saved_files.h"
#include "connectors/zulip/live.h"
#include "connectors/zulip/messages.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;
using namespace zulip;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "Saved messages: a folder or archive of <stream>/<topic>.json as zulip-archive writes them, or answers of Zulip's API.",
     .example = "zulip_json/", .path = true},
    {.name = "site", .help = "The organization's address: read live if there is no `path`; else so that messages have links.",
     .example = "https://example.zulipchat.com"},
    {.name = "email", .help = "Live: the address of the bot or account that reads.", .example = "rapport-bot@example.zulipchat.com"},
    {.name = "key", .help = "Live: its API key.", .example = "$ZULIP_KEY", .secret = true},
    {.name = "streams", .help = "Live: names of the streams (channels) to read, with commas; all public ones, if not given.", .example = "sdk, help"},
    {.name = "look_back_days", .help = "Live: how far back each sync reads again for edits, reactions, moves and deletions.", .example = "30", .fallback = "14"},
};
constexpr Stream kStreams[] = {{"users", StreamKind::kIncremental}, {"messages", StreamKind::kIncremental}};

bool is_json_file(std::string_view name) { return lower_ascii(name).ends_with(".json"); }

// In addresses and file names Zulip writes percent signs as dots: "Adding.20a.20stream" -> "Adding a stream".
std::string undotted(std::string_view name) { return percent_decoded(replace_all(name, ".", "%")); }

// What a file is called tells where its messages were said: …/<stream>/<topic>.json.
Home home_of(const std::string& name) {
  auto slash = name.rfind('/');
  if (slash == std::string::npos) return {};
  auto folder = name.substr(0, slash);
  auto topic = name.substr(slash + 1, name.size() - slash - 1 - std::string_view{".json"}.size());
  return {folder.substr(folder.rfind('/') + 1), undotted(topic)};
}

void take_file(const std::string& name, const std::string& text, Page& page) {
  JsonDocument document;
  auto root = document.parse(text);
  auto reject = [&](std::string reason) { page.rejected.push_back({name, std::move(reason), repair_utf8(std::string_view{text}.substr(0, 300))}); };
  if (!root) return reject(root.error().what);
  auto streams = (*root)["streams"];
  if (streams.is_array()) {  // names of streams: GET /streams
    std::size_t number = 0;
    for (const auto& stream : streams.items()) take_stream(stream, fmt::format("{} stream {}", name, ++number), page);
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
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http&) const override {
    if (stream == "users") return read_nothing();
    return read_saved(path_, cursor, is_json_file, take_file);
  }

 private:
  fs::path path_;
};

class LiveOrganization : public Connector {
 public:
  explicit LiveOrganization(Organization organization) : organization_(std::move(organization)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    return stream == "users" ? read_users(organization_, cursor, http) : read_messages(organization_, cursor, http);
  }

 private:
  Organization organization_;
};

std::string site_of(const Settings& settings) {
  auto site = settings.text("site");
  while (site.ends_with('/')) site.pop_back();
  return site;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  if (settings.has("path")) return std::unique_ptr<Connector>{std::make_unique<SavedMessages>(settings.text("path"))};
  if (!is_web_address(settings.text("site")))
    return fail(Error::Kind::kBadInput, "neither `path` nor the address of an organization is given", "set path to saved messages, or site = \"https://….zulipchat.com\"");
  if (!settings.has("email") || !settings.has("key"))
    return fail(Error::Kind::kAuth, "a live organization needs `email` and `key`", "make a bot in Zulip's settings (Personal, Bots) and set its email and key = \"$NAME_OF_A_VARIABLE\"");
  Organization organization{site_of(settings), settings.text("email"), settings.text("key"), names_in(settings.text("streams")), {}};
  organization.look_back = TRY(look_back_of(settings));
  return std::unique_ptr<Connector>{std::make_unique<LiveOrganization>(std::move(organization))};
}

Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE zulip_site = {};\n{}", sql_quoted(site_of(settings)), embedded_file(embedded_connectors(), "zulip/model.sql"));
}

Recognised recognise(std::string_view what) {
  if (is_web_address(what)) {
    auto host = host_of_address(what);
    return {host.ends_with(".zulipchat.com") ? 90 : 0, "a Zulip organization", host.substr(0, host.find('.')), {{"site", "https://" + host}, {"key", "$ZULIP_KEY"}}};
  }
  fs::path path{what};
  if (!any_saved_file(path, is_json_file, 5, [](const std::string&, std::string_view beginning) { return looks_like_messages(beginning); })) return {};
  return {95, "saved messages of a Zulip organization", saved_name(path), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kZulipConnector{
    .info = {.name = "zulip",
             .summary = "messages and topics of a Zulip organization, live, from an archive or from saved answers of its API",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "zulip/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
