#include "connectors/slack/slack.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/rooms.h"
#include "connectors/saved_files.h"
#include "connectors/slack/api.h"
#include "connectors/slack/export.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The workspace's address; or an export of it: a folder, zip or tar.", .example = "https://example.slack.com", .required = true,
     .path = true},
    {.name = "token", .help = "A bot or user token; needed for a live workspace.", .example = "$SLACK_TOKEN", .secret = true},
    {.name = "channels", .help = "Names of the channels to read, with commas; all that the token may read, if not given.", .example = "help, general"},
    {.name = "look_back_days", .help = "How far back each sync reads again for edits, reactions, deletions and new replies.", .example = "30",
     .fallback = "14"},
    {.name = "thread_days", .help = "For how long after its last reply an older thread is asked for new ones by each sync.", .example = "60", .fallback = "30"},
    {.name = "site", .help = "For an export: the workspace's address, so that messages have links.", .example = "https://example.slack.com"},
};
constexpr Stream kStreams[] = {
    {"users", StreamKind::kIncremental}, {"channels", StreamKind::kIncremental}, {"messages", StreamKind::kIncremental}};

class LiveWorkspace : public Connector {
 public:
  explicit LiveWorkspace(slack::Workspace workspace) : workspace_(std::move(workspace)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    if (stream == "messages") return slack::read_messages(workspace_, cursor, http);
    return slack::read_list(workspace_, stream, cursor, http);
  }

 private:
  slack::Workspace workspace_;
};

class SavedWorkspace : public Connector {
 public:
  explicit SavedWorkspace(fs::path path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http&) const override {
    return slack::read_export(path_, stream, cursor);
  }

 private:
  fs::path path_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  const auto& url = settings.text("url");
  if (!is_web_address(url)) {
    std::error_code ignored;
    if (!fs::exists(url, ignored))
      return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(url)), "check `url` of this source: https://<workspace>.slack.com, or an export");
    return std::unique_ptr<Connector>{std::make_unique<SavedWorkspace>(url)};
  }
  if (!settings.has("token"))
    return fail(Error::Kind::kAuth, "a live workspace needs a token", "make an app at api.slack.com/apps, install it, then set token = \"$NAME_OF_A_VARIABLE\"");
  slack::Workspace workspace;
  workspace.token = settings.text("token");
  workspace.channels = names_in(settings.text("channels"));
  workspace.look_back = TRY(look_back_of(settings));
  auto days = TRY(settings.integer("thread_days"));
  if (days < 0 || days > 3650) return fail(Error::Kind::kBadInput, fmt::format("`thread_days` is {}", days), "it may be 0 to 3650");
  workspace.thread_life = std::chrono::days{days};
  return std::unique_ptr<Connector>{std::make_unique<LiveWorkspace>(std::move(workspace))};
}

// Links lead to the workspace.
Result<std::string> make_model(const Settings& settings) {
  const auto& url = settings.text("url");
  std::string site = is_web_address(url) ? url : settings.text("site");
  while (site.ends_with('/')) site.pop_back();
  return fmt::format("SET VARIABLE slack_site = {};\n{}", sql_quoted(site), embedded_file(embedded_connectors(), "slack/model.sql"));
}

Recognised recognise(std::string_view what) {
  Recognised found{0, {}, {}, {{"url", std::string{what}}}};
  if (is_web_address(what)) {
    auto host = host_of_address(what);
    if (!host.ends_with(".slack.com")) return found;
    found = {90, "a Slack workspace", host.substr(0, host.find('.')), {{"url", "https://" + host}, {"token", "$SLACK_TOKEN"}}};
  } else if (slack::looks_like_export(what)) {
    found.confidence = 95;
    found.understood = "an export of a Slack workspace";
    found.name = saved_name(what);
  }
  return found;
}

}  // namespace

const ConnectorEntry kSlackConnector{
    .info = {.name = "slack",
             .summary = "messages, threads and reactions of a Slack workspace, live or exported",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "slack/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
