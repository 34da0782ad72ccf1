#include "connectors/discourse/discourse.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/discourse/api.h"
#include "connectors/discourse/export_reader.h"
#include "connectors/discourse/lists.h"
#include "connectors/discourse/topic_feed.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The forum's address; or a saved forum: a folder, tar or zip of /t/<id>.json files.",
     .example = "https://forum.example.org", .fallback = "", .required = true, .path = true},
    {.name = "api_key", .help = "Needed only where the forum shows itself to members only.", .example = "$FORUM_KEY", .fallback = "", .secret = true},
    {.name = "api_username", .help = "The user that `api_key` was made for.", .example = "rapport", .fallback = ""},
    {.name = "likes", .help = "counts: how many likes a post has; names: who gave them (one more request a liked post); none.", .example = "names",
     .fallback = "counts"},
    {.name = "users", .help = "directory: everybody in the user directory; posters: only those who wrote something.", .example = "posters",
     .fallback = "directory"},
    {.name = "look_back_days", .help = "How far back each sync looks for answers accepted, likes, edits and deletions that bumped nothing.",
     .example = "90", .fallback = "14"},
    {.name = "site", .help = "For a saved forum: its address, so that posts have links.", .example = "https://forum.example.org", .fallback = ""},
};
// Of a saved forum all is in `topics`.
constexpr Stream kStreams[] = {
    {"categories", StreamKind::kFullListing}, {"users", StreamKind::kIncremental}, {"topics", StreamKind::kIncremental}};

class LiveForum : public Connector {
 public:
  explicit LiveForum(discourse::Forum forum) : forum_(std::move(forum)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    if (stream == "categories") return discourse::read_categories(forum_, http);
    if (stream == "users") return discourse::read_users(forum_, cursor, http);
    return discourse::read_topics(forum_, cursor, http);
  }

 private:
  discourse::Forum forum_;
};

class SavedForum : public Connector {
 public:
  explicit SavedForum(fs::path path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http&) const override {
    if (stream == "topics") return discourse::read_export(path_, cursor);
    return read_nothing();
  }

 private:
  fs::path path_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto forum = TRY(discourse::forum_of(settings));
  const auto& url = settings.text("url");
  if (is_web_address(url)) return std::unique_ptr<Connector>{std::make_unique<LiveForum>(std::move(forum))};
  std::error_code ignored;
  if (!fs::exists(url, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(url)), "check `url` of this source: an address with https://, or a saved forum");
  return std::unique_ptr<Connector>{std::make_unique<SavedForum>(url)};
}

// The model needs to know where the forum's pages are, and whether likes are wanted.
Result<std::string> make_model(const Settings& settings) {
  const auto& url = settings.text("url");
  auto quoted = replace_all(discourse::forum_address(is_web_address(url) ? url : settings.text("site")), "'", "''");
  return fmt::format("SET VARIABLE forum_url = '{}'; SET VARIABLE forum_likes = '{}';\n{}", quoted, replace_all(settings.text("likes"), "'", "''"), embedded_file(embedded_connectors(), "discourse/model.sql"));
}

// A web address may be anything. The more it looks like a forum, the surer; other connectors know theirs better.
int confidence_of_address(std::string_view url) {
  auto lower = lower_ascii(url);
  auto rest = std::string_view{lower}.substr(lower.find("://") + 3);
  auto host = rest.substr(0, rest.find_first_of("/?#"));
  auto path = rest.substr(host.size());
  if (host.empty() || lower.ends_with(".git")) return 0;
  auto file = path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'));
  if (file.find('.') != std::string_view::npos && !file.ends_with(".json") && !file.ends_with(".html")) return 0;  // feeds, tables, archives
  for (std::string_view word : {"discourse", "forum", "discuss", "community", "talk."})
    if (host.find(word) != std::string_view::npos) return 80;
  for (std::string_view page : {"/c/", "/t/", "/latest"})
    if (path.starts_with(page)) return 75;
  for (std::string_view word : {"/forum", "/discuss", "/community"})
    if (path.starts_with(word)) return 60;
  return path.empty() || path == "/" ? 30 : 10;
}

Recognised recognise(std::string_view what) {
  Recognised found{0, {}, {}, {{"url", std::string{what}}}};
  if (is_web_address(what)) {
    found.confidence = confidence_of_address(what);
    found.understood = found.confidence >= 60 ? "a Discourse forum" : "perhaps a Discourse forum";
    found.settings[0].second = discourse::forum_address(what);
    auto host = found.settings[0].second.substr(found.settings[0].second.find("://") + 3);
    found.name = host.substr(0, host.find_first_of("/:"));
    return found;
  }
  fs::path path{what};
  std::error_code ignored;
  if (!fs::exists(path, ignored) || !discourse::looks_like_export(path)) return found;
  found.confidence = 90;
  found.understood = "a saved Discourse forum";
  found.name = saved_name(path);
  return found;
}

}  // namespace

const ConnectorEntry kDiscourseConnector{
    .info = {.name = "discourse",
             .summary = "topics, replies, accepted answers and likes of a Discourse forum, live or saved",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "discourse/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
