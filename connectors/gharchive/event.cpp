#include "connectors/gharchive/event.h"

#include <fnmatch.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/digest.h"
#include "base/text.h"

namespace rapport::gharchive {
namespace {

constexpr ColumnSpec kEventColumns[] = {
    {"record_id", ColumnType::kText},       // GitHub's id of the event; of the old timeline a digest of the line
    {"type", ColumnType::kText},            // "PushEvent"
    {"created_at", ColumnType::kTime},
    {"actor", ColumnType::kText},           // login
    {"actor_type", ColumnType::kText},      // "User", "Bot", …, where the payload says it
    {"repository", ColumnType::kText},      // "owner/name"; NULL for events outside of any
    {"action", ColumnType::kText},
    {"number", ColumnType::kInteger},       // of the issue or pull request
    {"is_change", ColumnType::kBool},       // it is a pull request
    {"subject_title", ColumnType::kText},   // of the issue or pull request
    {"subject_text", ColumnType::kText},    // only where the event is about itself
    {"subject_by", ColumnType::kText},
    {"subject_at", ColumnType::kTime},
    {"item", ColumnType::kText},            // id of the comment, review or release
    {"title", ColumnType::kText},           // of a release, a wiki page; path of a commented line
    {"text", ColumnType::kText},            // of a comment, review, release
    {"url", ColumnType::kText},
    {"ref", ColumnType::kText},             // branch or tag; of a fork the new repository; of a comment the commit
    {"detail", ColumnType::kText},          // state of a review; kind of a ref; "merged"; the member added
    {"amount", ColumnType::kInteger},       // wiki pages; distinct commits of a push, also those it does not list
};
constexpr ColumnSpec kCommitColumns[] = {
    {"record_id", ColumnType::kText},  // "<event>/<sha>"
    {"sha", ColumnType::kText},
    {"repository", ColumnType::kText},
    {"pushed_at", ColumnType::kTime},
    {"pushed_by", ColumnType::kText},
    {"author_name", ColumnType::kText},
    {"author_email", ColumnType::kText},  // its first part hashed by GH Archive
    {"message", ColumnType::kText},
    {"ref", ColumnType::kText},
};
constexpr StagingTable kTables[] = {{"gharchive_event", kEventColumns}, {"gharchive_commit", kCommitColumns}};

// "2011-02-12T00:00:00-08:00", and "2012/03/10 22:00:00 -0800" as the oldest hours have it.
std::optional<Time> event_time(std::string_view text) {
  if (auto time = parse_time(text)) return *time;
  if (text.size() < 19 || text[4] != '/' || text[7] != '/') return std::nullopt;
  std::string iso{text.substr(0, 19)};
  iso[4] = iso[7] = '-';
  iso[10] = 'T';
  auto zone = trim(text.substr(19));
  if (zone.size() == 5) iso += fmt::format("{}:{}", zone.substr(0, 3), zone.substr(3));
  else if (!zone.empty()) return std::nullopt;
  auto time = parse_time(iso);
  return time ? std::optional<Time>{*time} : std::nullopt;
}

// What one event says, whatever its shape and type.
struct Event {
  std::string_view id, type, actor, actor_type, repository, action, url, title, text, ref, detail;
  std::string_view subject_title, subject_text, subject_by;
  std::optional<Time> at, subject_at;
  std::optional<std::int64_t> number, amount;
  std::string item;
  bool is_change = false;
  bool is_old = false;
};

std::string id_text(JsonValue value) {
  if (auto number = value.integer()) return fmt::to_string(*number);
  return std::string{value.text()};
}

void read_subject(Event& event, JsonValue subject) {
  if (!subject.is_object()) return;
  auto [number, title, body, user, created_at, url] = subject.pick({"number", "title", "body", "user", "created_at", "html_url"});
  event.number = number.integer();
  event.subject_title = title.text();
  event.subject_text = body.text();
  auto [login, type] = user.pick({"login", "type"});
  event.subject_by = login.text();
  event.subject_at = event_time(created_at.text());
  event.url = url.text();
  if (event.actor_type.empty() && event.subject_by == event.actor) event.actor_type = type.text();
}

void read_type_of_actor(Event& event, JsonValue who) {
  if (event.actor_type.empty() && who["login"].text() == event.actor) event.actor_type = who["type"].text();
}

void read_item(Event& event, JsonValue item) {
  auto [id, body, url, user] = item.pick({"id", "body", "html_url", "user"});
  event.item = id_text(id);
  event.text = body.text();
  event.url = url.text(event.url);
  read_type_of_actor(event, user);
}

// The parts of the payload that belong to the type of the event.
void read_payload(Event& event, JsonValue payload) {
  auto [action, number, change, issue, comment, review, release, forkee, member, pages, ref, ref_type] =
      payload.pick({"action", "number", "pull_request", "issue", "comment", "review", "release", "forkee", "member", "pages", "ref", "ref_type"});
  event.action = action.text();
  if (change.is_object()) {
    read_subject(event, change);
    event.is_change = true;
    if (!event.number) event.number = number.integer();
    if (change["merged"].truth()) event.detail = "merged";
  } else if (issue.is_object()) {
    read_subject(event, issue);
    event.is_change = issue["pull_request"].is_object();
  } else if (event.type.starts_with("Issue") || event.type.starts_with("PullRequest")) {
    event.number = number.integer();  // the old timeline names the issue by number and id alone
    event.is_change = event.type.starts_with("PullRequest");
    event.item = id_text(payload["comment_id"]);
  }
  if (comment.is_object()) {
    read_item(event, comment);
    event.title = comment["path"].text();
    event.ref = comment["commit_id"].text();
  } else if (review.is_object()) {
    read_item(event, review);
    event.detail = review["state"].text();
  } else if (release.is_object()) {
    read_item(event, release);
    read_type_of_actor(event, release["author"]);
    event.title = release["name"].text();
    event.ref = release["tag_name"].text();
  } else if (forkee.is_object()) {
    event.ref = forkee["full_name"].text();
    event.url = forkee["html_url"].text();
    read_type_of_actor(event, forkee["owner"]);
  } else if (!member.is_null()) {
    event.detail = member["login"].text(member.text());
  } else if (pages.is_array()) {
    auto listed = pages.items();
    event.amount = static_cast<std::int64_t>(listed.size());
    if (!listed.empty()) {
      event.title = listed.front()["title"].text();
      event.url = listed.front()["html_url"].text();
      event.action = listed.front()["action"].text();
    }
  } else if (ref.is_string()) {
    event.ref = ref.text();
    event.detail = ref_type.text();
  }
}

void write_commit(RowBatch& rows, const Event& event, std::string_view sha, std::string_view name, std::string_view email, std::string_view message) {
  rows.text(fmt::format("{}/{}", event.id, sha)).text(sha).text(event.repository).time(*event.at).text(event.actor);
  rows.text(name).text(email).text(message).text_or_null(event.ref);
}

void write_commits(Event& event, JsonValue payload, RowBatch& rows) {
  event.amount = payload["distinct_size"].integer();
  if (!event.amount && event.is_old) event.amount = payload["size"].integer();
  for (auto commit : payload["commits"].items()) {
    if (auto distinct = commit["distinct"]; distinct.type() == JsonValue::Type::kBool && !distinct.truth()) continue;
    auto sha = commit["sha"].text();
    if (!sha.empty()) write_commit(rows, event, sha, commit["author"]["name"].text(), commit["author"]["email"].text(), commit["message"].text());
  }
  for (auto commit : payload["shas"].items()) {  // [sha, email, message, name, distinct]
    auto cells = commit.items();
    if (cells.size() < 4 || (cells.size() > 4 && cells[4].type() == JsonValue::Type::kBool && !cells[4].truth())) continue;
    if (auto sha = cells[0].text(); !sha.empty()) write_commit(rows, event, sha, cells[3].text(), cells[1].text(), cells[2].text());
  }
}

void write_event(RowBatch& rows, const Event& event) {
  bool itself = event.type == "IssuesEvent" || event.type == "PullRequestEvent";
  rows.text(event.id).text(event.type).time(*event.at).text_or_null(event.actor).text_or_null(event.actor_type);
  rows.text_or_null(event.repository).text_or_null(event.action);
  event.number ? rows.integer(*event.number) : rows.null();
  rows.truth(event.is_change).text_or_null(event.subject_title).text_or_null(itself ? event.subject_text : std::string_view{});
  rows.text_or_null(event.subject_by);
  event.subject_at ? rows.time(*event.subject_at) : rows.null();
  rows.text_or_null(event.item).text_or_null(event.title).text_or_null(event.text).text_or_null(event.url).text_or_null(event.ref);
  rows.text_or_null(event.detail);
  event.amount ? rows.integer(*event.amount) : rows.null();
}

}  // namespace

std::span<const StagingTable> staging_tables() { return kTables; }

RepositoryFilter RepositoryFilter::parse(std::string_view setting) {
  RepositoryFilter filter;
  for (auto part : split(setting, ',')) {
    auto pattern = lower_ascii(trim(part));
    if (pattern.empty()) continue;
    if (pattern.find('/') == std::string::npos) pattern += "/*";
    filter.starts_.push_back(pattern.substr(0, pattern.find_first_of("*?[")));
    filter.patterns_.push_back(std::move(pattern));
  }
  return filter;
}

bool RepositoryFilter::takes(std::string_view repository) const {
  if (takes_all()) return true;
  auto lower = lower_ascii(repository);
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) { return ::fnmatch(pattern.c_str(), lower.c_str(), 0) == 0; });
}

bool RepositoryFilter::may_take(std::string_view line) const {
  if (takes_all()) return true;
  // In compact JSON of the new shape the first "repo":{…,"name":" is the event's own: only actor stands before it.
  constexpr std::string_view kRepo = "\"repo\":{", kName = "\"name\":\"";
  auto repo = line.find(kRepo);
  if (repo == std::string_view::npos || repo > 1000) return true;
  auto name = line.find(kName, repo);
  if (name == std::string_view::npos || name > repo + 100) return true;
  auto rest = line.substr(name + kName.size());
  return std::any_of(starts_.begin(), starts_.end(), [&](const auto& start) { return starts_with_ignoring_case(rest, start); });
}

std::string read_event(JsonDocument& document, std::string_view line, const RepositoryFilter& filter, std::vector<RowBatch>& rows) {
  auto root = document.parse(line);
  if (!root) return root.error().what;
  Event event;
  auto [event_id, type, actor, repo, old, payload, created_at] = root->pick({"id", "type", "actor", "repo", "repository", "payload", "created_at"});
  event.type = type.text();
  if (event.type.empty()) return "an object without the type of an event";
  event.is_old = !repo.is_object();
  std::string name, id;
  if (!event.is_old) {
    event.repository = repo["name"].text();
    event.actor = actor["login"].text();
    id = id_text(event_id);
  } else {
    if (auto owner = old["owner"].text(); !owner.empty()) name = fmt::format("{}/{}", owner, old["name"].text());
    event.repository = name;
    event.actor = actor.is_string() ? actor.text() : actor["login"].text();
    event.actor_type = (*root)["actor_attributes"]["type"].text();
  }
  event.at = event_time(created_at.text());
  if (!event.at) return "an event without a time";
  if (!event.is_old && id.empty()) return "an event without an id";
  if (!filter.takes(event.repository)) return {};
  if (event.is_old) id = sha256_hex(line, 24);
  event.id = id;
  read_payload(event, payload);
  if (event.is_old && event.url.empty()) event.url = (*root)["url"].text();
  if (event.type == "PushEvent") write_commits(event, payload, rows[1]);
  write_event(rows[0], event);
  return {};
}

std::string_view first_object(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return text.substr(0, i + 1);
    }
  }
  return text;
}

}  // namespace rapport::gharchive
