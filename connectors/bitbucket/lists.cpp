#include "connectors/bitbucket/lists.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/passes.h"
#include "connectors/rest_list.h"

namespace rapport::bitbucket {
namespace {

// Each issue is one more request, each pull request up to two; so few a page that also somebody without a token (60 requests
// an hour) gets on from one sync to the next.
constexpr int kSubjectsPerPage = 10;
constexpr std::string_view kRefusedWatchers =
    "Bitbucket shows watchers only to those who may read the repository: give `token` the scope \"Repositories: read\", or leave watchers out of `streams`";

std::string address(const Place& place, std::string_view path) {
  auto names = split(place.repository, '/');
  return fmt::format("{}/repositories/{}/{}{}", place.api.base, percent_encoded(names[0]), percent_encoded(names[1]), path);
}

struct ListAnswer {
  JsonAnswer answer;
  std::vector<JsonValue> items;  // of `answer`
  std::string next;
};

// A page of a list; with a `tolerated` status an empty one.
Result<ListAnswer> get_list(const Place& place, const std::string& url, std::initializer_list<int> tolerated = {}) {
  ListAnswer list{TRY(get(place.api, *place.http, url, tolerated)), {}, {}};
  if (list.answer.response.status >= 300) return list;
  if (!list.answer.root["values"].is_array())
    return fail(Error::Kind::kUpstream, fmt::format("Bitbucket sent no list for {}", printable(url.substr(0, url.find('?')))), "check that `url` is the address of Bitbucket's API");
  list.items = list.answer.root["values"].items();
  list.next = TRY(next_page(place.api, list.answer.root));
  return list;
}

// All pages of a list, as JSON. What belongs to something that went since it was listed is nothing.
Result<std::string> whole_list(const Place& place, std::string url) {
  std::string json = "[";
  while (!url.empty()) {
    auto list = TRY(get_list(place, url, {404, 410}));
    for (const auto& item : list.items) json += (json.size() > 1 ? "," : "") + item.to_json();
    url = list.next;
  }
  return json + "]";
}

// `item` as a record: its own JSON, where it was found, and the lists that belong to it.
std::string record_of(const Place& place, const JsonValue& item, const std::vector<std::pair<std::string_view, std::string>>& lists = {}) {
  JsonWriter json;
  json.begin_object().key("_repository").value(place.repository);
  for (const auto& [name, list] : lists) json.key(name).raw(list);
  for (const auto& [name, value] : item.members()) json.key(name).raw(value.to_json());
  json.end_object();
  return std::move(json).text();
}

struct SubjectKind {
  std::string_view path;    // "/issues"
  std::string_view states;  // what a query must say to get all of them
  std::string_view fields;  // asks for members that the list leaves out
  bool may_be_off;          // a repository may have none of it (404)
  Result<std::string> (*record)(const Place& place, const JsonValue& item, const std::string& own_url);
};

Result<std::string> issue_record(const Place& place, const JsonValue& issue, const std::string& own_url) {
  auto comments = TRY(whole_list(place, own_url + "/comments?pagelen=100"));
  return record_of(place, issue, {{"_comments", comments}});
}

// The list says how many comments there are and what reviewers think now; the log of what happened is asked for where there
// is something in it: a review, or when it was merged or declined.
Result<std::string> pull_record(const Place& place, const JsonValue& pull, const std::string& own_url) {
  std::vector<std::pair<std::string_view, std::string>> lists;
  if (pull["comment_count"].integer().value_or(0) > 0) lists.emplace_back("_comments", TRY(whole_list(place, own_url + "/comments?pagelen=100")));
  auto participants = pull["participants"].items();
  bool reviewed = std::any_of(participants.begin(), participants.end(), [](const auto& p) { return p["approved"].truth() || p["state"].is_string(); });
  if (reviewed || pull["state"].text() != "OPEN") lists.emplace_back("_activity", TRY(whole_list(place, own_url + "/activity?pagelen=50")));
  return record_of(place, pull, lists);
}

Result<ListPage> subject_page(const Place& place, const SubjectKind& kind, const Since& since) {
  auto url = since.token;
  if (url.empty()) {
    std::string query{kind.states};
    if (since.from) {
      auto from = format_time(std::chrono::floor<std::chrono::seconds>(*since.from));
      query += fmt::format("{}updated_on >= {}+00:00", query.empty() ? "" : " AND ", from.substr(0, from.size() - 1));
    }
    url = address(place, kind.path) + fmt::format("?sort=updated_on&pagelen={}{}", kSubjectsPerPage, kind.fields);
    if (!query.empty()) url += "&q=" + percent_encoded(query);
  }
  auto list = TRY(kind.may_be_off ? get_list(place, url, {404, 410}) : get_list(place, url));
  ListPage out;
  out.token = list.next;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& item = list.items[i];
    auto id = item["id"].integer();
    auto time = time_of(item["updated_on"]);
    if (!time) time = time_of(item["created_on"]);
    widen(out, time);
    if (!id) {
      out.page.rejected.push_back({fmt::format("{} item {}", url.substr(place.api.base.size()), i + 1), "an item without id", item.to_json().substr(0, 300)});
      continue;
    }
    auto record = TRY(kind.record(place, item, fmt::format("{}/{}", address(place, kind.path), *id)));
    out.page.records.push_back({fmt::format("{}#{}", place.repository, *id), std::move(record), time, false});
  }
  return out;
}

std::unique_ptr<Reader> read_subjects(Place place, SubjectKind kind, const std::string& cursor) {
  return recent_first(cursor, now(), [place = std::move(place), kind](const Since& since) { return subject_page(place, kind, since); });
}

Result<ListPage> fork_page(const Place& place, const std::string& token) {
  auto list = TRY(get_list(place, token.empty() ? address(place, "/forks?sort=-created_on&pagelen=100") : token));
  ListPage out;
  out.token = list.next;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& fork = list.items[i];
    auto name = fork["uuid"].text(fork["full_name"].text());
    auto time = time_of(fork["created_on"]);
    widen(out, time);
    if (!name.empty()) out.page.records.push_back({fmt::format("{}/{}", place.repository, name), record_of(place, fork), time, false});
    else out.page.rejected.push_back({fmt::format("forks of {} item {}", place.repository, i + 1), "a fork without a uuid", fork.to_json().substr(0, 300)});
  }
  return out;
}

Result<Page> watcher_page(const Place& place, const std::string& cursor) {
  auto url = cursor.find("://") == std::string::npos ? address(place, "/watchers?pagelen=100") : cursor;
  auto list = TRY(get_list(place, url, {403}));
  Page page;
  if (list.answer.response.status == 403) page.rejected.push_back({"watchers of " + place.repository, std::string{kRefusedWatchers}, list.answer.response.body.substr(0, 200)});
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& user = list.items[i];
    auto id = user["uuid"].text(user["account_id"].text());
    if (!id.empty()) page.records.push_back({fmt::format("{}/{}", place.repository, id), record_of(place, user), std::nullopt, false});
    else page.rejected.push_back({fmt::format("watchers of {} item {}", place.repository, i + 1), "a watcher without a uuid", user.to_json().substr(0, 300)});
  }
  page.caught_up = list.next.empty();
  page.next = page.caught_up ? "again" : list.next;
  return page;
}

}  // namespace

Result<JsonAnswer> get(const Api& api, Http& http, const std::string& url, std::initializer_list<int> tolerated) {
  JsonApi asking{"Bitbucket", api.headers, {}, {}};
  asking.auth_fix = api.has_token ? "check that the token is still valid, has the scopes Repositories, Issues and Pull requests: read, and that `user` is the one it belongs to"
                                  : "a private repository needs an access token: set token = \"$NAME_OF_A_VARIABLE\"";
  asking.address_fix = api.has_token ? "check `repo` (workspace/repository), and that the token may read it" : "check `repo` (workspace/repository); a private one needs `token`";
  return get_json(asking, http, url, tolerated);
}

Result<std::string> next_page(const Api& api, const JsonValue& root) {
  std::string next{root["next"].text()};
  if (!next.empty() && !next.starts_with(api.base + "/"))
    return fail(Error::Kind::kUpstream, fmt::format("Bitbucket's next page is at another server: {}", elide(printable(next), 200)), "check that `url` is spelled as the server spells itself");
  return next;
}

Result<std::set<std::string>> repositories_of(const Api& api, Http& http, const std::string& workspace) {
  std::set<std::string> names;
  auto url = fmt::format("{}/repositories/{}?pagelen=100", api.base, percent_encoded(workspace));
  while (!url.empty()) {
    auto answer = TRY(get(api, http, url).in("repositories of " + workspace));
    for (const auto& one : answer.root["values"].items()) {
      auto name = lower_ascii(one["full_name"].text());
      if (split(name, '/').size() == 2 && one["parent"].is_null()) names.insert(std::move(name));  // with a parent it is a fork
    }
    url = TRY(next_page(api, answer.root));
  }
  if (names.empty()) return fail(Error::Kind::kNotFound, fmt::format("Bitbucket shows no repository of {}", printable(workspace)), "check `repo`; private ones need `token`");
  return names;
}

std::unique_ptr<Reader> read_repository(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string&) -> Result<Page> {
    auto answer = TRY(get(place.api, *place.http, address(place, {})));
    if (!answer.root["full_name"].is_string())
      return fail(Error::Kind::kUpstream, fmt::format("Bitbucket does not say what {} is", printable(place.repository)), "check that `url` is the address of Bitbucket's API");
    Page page;
    page.records.push_back({place.repository, record_of(place, answer.root), time_of(answer.root["updated_on"]), false});
    page.caught_up = true;
    page.next = "read";
    return page;
  });
}

std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor) { return read_subjects(std::move(place), {"/issues", {}, {}, true, issue_record}, cursor); }

std::unique_ptr<Reader> read_pulls(Place place, const std::string& cursor) {
  // Without a word on states only the open ones are listed.
  constexpr std::string_view kAll = R"((state = "OPEN" OR state = "MERGED" OR state = "DECLINED" OR state = "SUPERSEDED"))";
  return read_subjects(std::move(place), {"/pullrequests", kAll, "&fields=%2Bvalues.participants", false, pull_record}, cursor);
}

std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor) {
  return newest_first(cursor, std::chrono::seconds{0}, [place = std::move(place)](const std::string& token) { return fork_page(place, token); });
}

std::unique_ptr<Reader> read_watchers(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string& at) { return watcher_page(place, at); });
}

}  // namespace rapport::bitbucket
