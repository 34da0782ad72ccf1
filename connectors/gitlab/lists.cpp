#include "connectors/gitlab/lists.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rapport::gitlab {
namespace {

std::string of(const Place& place, std::string_view what) { return fmt::format("{} of {}", what, place.project.title); }

std::string named(const Place& place) { return json_member("_project", place.project.title); }
std::string_view in_api(const Place& place, std::string_view url) { return url.substr(place.api->server().base.size()); }

// What an issue or merge request is called in addresses and in GitLab's own references: "#7", "!7".
struct Subject {
  std::string_view path;
  char sign;
};
constexpr Subject kIssue{"/issues", '#'}, kMergeRequest{"/merge_requests", '!'};

std::string changes_url(const Place& place, const Subject& subject, const Since& since, int per_page) {
  if (!since.token.empty()) return since.token;
  auto url = fmt::format("{}?scope=all&state=all&order_by=updated_at&sort=asc&per_page={}", place.api->address(place.project.title, subject.path), per_page);
  if (since.from) url += "&updated_after=" + percent_encoded(format_time(std::chrono::floor<std::chrono::milliseconds>(*since.from)));
  return url;
}

std::unique_ptr<Reader> read_changes(Place place, std::string_view what, const Subject& subject, const std::string& cursor) {
  auto list_name = of(place, what);
  return while_shown(list_name, cursor, recent_first(cursor, now(), [place = std::move(place), subject](const Since& since) -> Result<ListPage> {
    auto url = changes_url(place, subject, since, 100);
    auto list = TRY(place.api->list(*place.http, url));
    return records_of(list, {"iid", "updated_at", place.project.key + subject.sign, named(place)}, std::string{in_api(place, url)});
  }));
}

// `,"name":[…]` of all pages of a list.
Result<std::string> whole_list(const Place& place, std::string_view name, std::string url) {
  auto member = fmt::format(",\"{}\":[", name);
  while (!url.empty()) {
    auto list = TRY(place.api->list(*place.http, url));
    for (const auto& one : list.items) member += (member.ends_with('[') ? "" : ",") + one.to_json();
    url = list.next;
  }
  return member + "]";
}

// The record of what was said about one item; empty where there is nothing to ask for.
Result<std::string> said_about(const Place& place, const Subject& subject, const JsonValue& item) {
  auto address = place.api->address(place.project.title, fmt::format("{}/{}", subject.path, item["iid"].to_json()));
  // Approvals and refusals of merge requests are told as system notes, so these are always asked for.
  bool wants_notes = place.notes == Notes::kAll || (place.notes == Notes::kPeoples && (&subject == &kMergeRequest || item["user_notes_count"].integer().value_or(1) > 0));
  std::string members;
  if (wants_notes) members += TRY(whole_list(place, "notes", address + "/notes?order_by=created_at&sort=asc&per_page=100"));
  if (place.reactions == Reactions::kNames) members += TRY(whole_list(place, "awards", address + "/award_emoji?per_page=100"));
  if (members.empty()) return members;
  return fmt::format("{{{},\"iid\":{},\"web_url\":{},\"created_at\":{}{}}}", named(place), item["iid"].to_json(), item["web_url"].to_json(), item["created_at"].to_json(), members);
}

std::unique_ptr<Reader> read_notes(Place place, std::string_view what, const Subject& subject, const std::string& cursor) {
  auto list_name = of(place, what);
  return while_shown(list_name, cursor, recent_first(cursor, now(), [place = std::move(place), &subject](const Since& since) -> Result<ListPage> {
    auto url = changes_url(place, subject, since, 20);
    auto list = TRY(place.api->list(*place.http, url));
    ListPage out;
    out.token = list.next;
    for (const auto& item : list.items) {
      auto time = time_of(item["updated_at"]);
      widen(out, time);
      auto iid = item["iid"].integer();
      if (!iid) continue;  // set aside by the stream of the items
      auto id = fmt::format("{}{}{}", place.project.key, subject.sign, *iid);
      auto said = said_about(place, subject, item);
      if (!said && !answered(said.error(), 404)) return fail(std::move(said.error()));
      if (!said) out.page.rejected.push_back({std::move(id), "it went while the list was read", said.error().what});
      else if (!said->empty()) out.page.records.push_back({std::move(id), std::move(*said), time, false});
    }
    return out;
  }));
}

struct WholeList {
  std::string_view path;
  const char* time;
  // What names an item; empty = it does not say.
  std::string (*id)(const JsonValue& item);
};

std::unique_ptr<Reader> read_whole(Place place, std::string_view what, const WholeList& kind, const std::string& cursor) {
  auto list_name = of(place, what);
  return while_shown(list_name, cursor, all_each_time(cursor, [place = std::move(place), kind](const std::string& token) -> Result<ListPage> {
    auto url = token.empty() ? place.api->address(place.project.title, kind.path) : token;
    auto list = TRY(place.api->list(*place.http, url));
    ListPage out;
    out.token = list.next;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const auto& item = list.items[i];
      auto id = kind.id(item);
      if (id.empty()) out.page.rejected.push_back({fmt::format("{} item {}", in_api(place, url), i + 1), "an item that does not say which it is", item.to_json().substr(0, 300)});
      else out.page.records.push_back({fmt::format("{}/{}", place.project.key, id), with_members(named(place), item), time_of(item[kind.time]), false});
    }
    return out;
  }));
}

std::string whole_number(const JsonValue& value) {
  auto number = value.integer();
  return number ? fmt::to_string(*number) : std::string{};
}
std::string tag_of(const JsonValue& release) { return std::string{release["tag_name"].text()}; }
std::string user_of(const JsonValue& star) { return whole_number(star["user"]["id"]); }
std::string id_of(const JsonValue& member) { return whole_number(member["id"]); }

}  // namespace

std::unique_ptr<Reader> read_project(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string&) -> Result<Page> {
    auto answer = TRY(place.api->get(*place.http, place.api->address(place.project.title, {})));
    if (!answer.root["path_with_namespace"].is_string())
      return fail(Error::Kind::kUpstream, fmt::format("{} does not say what {} is", place.api->server().site, printable(place.project.title)), "check that `url` is the address of a GitLab");
    Page page;
    page.caught_up = true;
    page.next = "read";
    page.records.push_back({place.project.key, with_members(named(place), answer.root), time_of(answer.root["last_activity_at"]), false});
    return page;
  });
}

std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor) { return read_changes(std::move(place), "issues", kIssue, cursor); }
std::unique_ptr<Reader> read_merge_requests(Place place, const std::string& cursor) { return read_changes(std::move(place), "merge requests", kMergeRequest, cursor); }
std::unique_ptr<Reader> read_issue_notes(Place place, const std::string& cursor) { return read_notes(std::move(place), "notes on issues", kIssue, cursor); }
std::unique_ptr<Reader> read_merge_request_notes(Place place, const std::string& cursor) { return read_notes(std::move(place), "notes on merge requests", kMergeRequest, cursor); }

std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor) {
  auto list_name = of(place, "forks");
  return while_shown(list_name, cursor, newest_first(cursor, std::chrono::seconds{0}, [place = std::move(place)](const std::string& token) -> Result<ListPage> {
    auto url = token.empty() ? place.api->address(place.project.title, "/forks?order_by=created_at&sort=desc&per_page=100") : token;
    auto list = TRY(place.api->list(*place.http, url));
    return records_of(list, {"id", "created_at", place.project.key + "/", named(place)}, std::string{in_api(place, url)});
  }));
}

std::unique_ptr<Reader> read_releases(Place place, const std::string& cursor) {
  return read_whole(std::move(place), "releases", {"/releases?per_page=100", "released_at", tag_of}, cursor);
}
std::unique_ptr<Reader> read_starrers(Place place, const std::string& cursor) {
  return read_whole(std::move(place), "stars", {"/starrers?per_page=100", "starred_since", user_of}, cursor);
}
std::unique_ptr<Reader> read_members(Place place, const std::string& cursor) {
  return read_whole(std::move(place), "members", {"/members/all?per_page=100", "created_at", id_of}, cursor);
}

}  // namespace rapport::gitlab
