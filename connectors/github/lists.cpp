#include "connectors/github/lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::github {
namespace {

constexpr std::string_view kStarsWithDates = "application/vnd.github.star+json";

// A page of a list. A list that a repository has switched off (410) is empty.
Result<RestList> get_list(const Place& place, const std::string& url, std::string_view accept = {}) {
  auto list = place.api->list(*place.http, url, accept);
  if (!list && list.error().kind == Error::Kind::kNotFound && answered(list.error(), 410)) return RestList{};
  return list;
}

struct ListKind {
  std::string path;            // behind the repository, with its query
  const char* time;            // the member by which it is sorted
  std::string reactions_path;  // "/issues/comments/{}/reactions"; empty where it has none
  const char* id;              // the member that names an item
};

// Who reacted, as a further member of the record: asked for only where somebody did.
Result<std::string> named_reactions(const Place& place, const ListKind& kind, const JsonValue& item) {
  if (place.reactions != Reactions::kNames || kind.reactions_path.empty() || item["reactions"]["total_count"].integer().value_or(0) == 0) return std::string{};
  auto id = item[kind.id].integer();
  if (!id) return std::string{};
  std::string more = ",\"_reactions\":[";
  auto url = place.api->address(place.repository, fmt::format(fmt::runtime(kind.reactions_path), *id)) + "?per_page=100";
  while (!url.empty()) {
    auto list = TRY(get_list(place, url));
    for (const auto& one : list.items) more += (more.ends_with('[') ? "" : ",") + one.to_json();
    url = list.next;
  }
  return more + "]";
}

// Records of a page, named "<owner>/<name>#<number>" or "<owner>/<name>/<id>".
Result<ListPage> list_page(const Place& place, const ListKind& kind, const std::string& url) {
  auto list = TRY(get_list(place, url));
  ItemKind items{kind.id, kind.time, place.repository.key() + (std::string_view{kind.id} == "number" ? "#" : "/"), named(place.repository)};
  return records_of(list, items, url.substr(place.api->base().size()), [&](const JsonValue& item) { return named_reactions(place, kind, item); });
}

std::unique_ptr<Reader> read_changes(Place place, ListKind kind, const std::string& cursor) {
  auto first = place.api->address(place.repository, kind.path);
  return recent_first(cursor, now(), [place = std::move(place), kind = std::move(kind), first](const Since& since) {
    auto url = since.token;
    if (url.empty()) url = first + (since.from ? "&since=" + percent_encoded(format_time(std::chrono::floor<std::chrono::seconds>(*since.from))) : std::string{});
    return list_page(place, kind, url);
  });
}

std::unique_ptr<Reader> read_newest(Place place, ListKind kind, std::chrono::seconds look_back, const std::string& cursor) {
  auto first = place.api->address(place.repository, kind.path);
  return newest_first(cursor, look_back, [place = std::move(place), kind = std::move(kind), first](const std::string& token) {
    return list_page(place, kind, token.empty() ? first : token);
  });
}

Result<ListPage> star_page(const Place& place, const std::string& token) {
  auto url = place.api->address(place.repository, "/stargazers?per_page=100") + (token.empty() ? "" : "&page=" + token);
  auto list = TRY(get_list(place, url, kStarsWithDates));
  ListPage out;
  std::int64_t page = 1;
  std::from_chars(token.data(), token.data() + token.size(), page);
  auto behind = pages_behind({"GET", url, {}, {}}, list.answer.response).value_or(0);  // read already, but for the first request
  if (token.empty()) {
    page = behind + 2;
  } else {
    out.page.done = behind + 1;
    out.page.total = page + behind;
  }
  if (page > 2) out.token = fmt::to_string(page - 1);
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& star = list.items[i];
    auto id = star["user"]["id"].integer();
    auto time = time_of(star["starred_at"]);
    // The first page only tells how many there are; in it stand the oldest.
    if (!token.empty() || out.token.empty()) widen(out, time);
    if (id) out.page.records.push_back({fmt::format("{}/{}", place.repository.key(), *id), record_of(place.repository, star), time, false});
    else out.page.rejected.push_back({fmt::format("stargazers page {} item {}", token.empty() ? "1" : token, i + 1), "a star without a user", star.to_json().substr(0, 300)});
  }
  return out;
}

// What a release's files were downloaded until now; empty when it has none.
void write_downloads(JsonWriter& json, const JsonValue& release) {
  for (const auto& asset : release["assets"].items()) {
    json.begin_object().key("id").raw(asset["id"].to_json()).key("name").raw(asset["name"].to_json()).key("tag").raw(release["tag_name"].to_json());
    json.key("count").raw(asset["download_count"].to_json()).key("url").raw(asset["browser_download_url"].to_json()).end_object();
  }
}

Result<Page> release_page(const Place& place, const std::string& cursor) {
  auto url = cursor.find("://") == std::string::npos ? place.api->address(place.repository, "/releases?per_page=100") : cursor;
  auto list = TRY(get_list(place, url));
  Page page;
  auto repository = place.repository.key();
  JsonWriter files;
  files.begin_array();
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& release = list.items[i];
    auto id = release["id"].integer();
    if (!id) {
      page.rejected.push_back({fmt::format("releases of {} item {}", place.repository.full_name(), i + 1), "a release without an id", release.to_json().substr(0, 300)});
      continue;
    }
    page.records.push_back({fmt::format("release/{}/{}", repository, *id), record_of(place.repository, release), time_of(release["published_at"]), false});
    write_downloads(files, release);
  }
  files.end_array();
  auto today = std::chrono::floor<std::chrono::days>(now());
  if (files.text().size() > 2) {
    auto first = list.items.front()["id"].to_json();
    JsonWriter json;
    json.begin_object().key("_repository").value(place.repository.full_name()).key("day").value(format_day(today)).key("files").raw(files.text()).end_object();
    page.records.push_back({fmt::format("downloads/{}/{}/{}", repository, format_day(today), first), std::move(json).text(), Time{today}, false});
  }
  page.caught_up = list.next.empty();
  page.next = page.caught_up ? "first" : list.next;
  return page;
}

constexpr std::string_view kTrafficPermission =
    "GitHub shows traffic only to those who may push: give the token of somebody with push access the permission \"Administration: read\" "
    "(fine-grained) or the scope \"repo\" (classic), or leave traffic out of `streams`";

// The days of views or clones; for referrers and paths the list as it is today.
void take_traffic(const Place& place, std::string_view what, const JsonValue& root, Page& page) {
  auto repository = place.repository.key();
  if (root.is_array()) {
    auto today = format_day(std::chrono::floor<std::chrono::days>(now()));
    JsonWriter json;
    json.begin_object().key("_repository").value(place.repository.full_name()).key("day").value(today).key("list").raw(root.to_json()).end_object();
    page.records.push_back({fmt::format("{}/{}/{}", what, repository, today), std::move(json).text(), std::nullopt, false});
    return;
  }
  for (const auto& day : root[what].items()) {
    auto time = time_of(day["timestamp"]);
    if (time) page.records.push_back({fmt::format("{}/{}/{}", what, repository, format_day(std::chrono::floor<std::chrono::days>(*time))), record_of(place.repository, day), time, false});
    else page.rejected.push_back({fmt::format("{} of {}", what, place.repository.full_name()), "a day without a timestamp", day.to_json().substr(0, 300)});
  }
}

Result<Page> traffic_page(const Place& place, const std::string& cursor) {
  Page page;
  page.caught_up = true;
  page.next = cursor;
  auto present = std::chrono::floor<std::chrono::seconds>(now());
  auto before = parse_time(cursor);
  if (before && present - *before < std::chrono::hours{1} && present >= *before) return page;
  page.next = format_time(present);
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"views", "/traffic/views"}, {"clones", "/traffic/clones"}, {"referrers", "/traffic/popular/referrers"}, {"paths", "/traffic/popular/paths"}};
  for (auto [what, path] : kParts) {
    auto answer = place.api->get(*place.http, place.api->address(place.repository, path));
    bool forbidden = !answer && answered(answer.error(), 403);
    if (forbidden) {
      page.rejected.push_back({"traffic of " + place.repository.full_name(), std::string{kTrafficPermission}, answer.error().what});
      page.next = cursor.empty() ? "forbidden" : cursor;
      return page;
    }
    if (!answer) return fail(std::move(answer.error()));
    take_traffic(place, what, answer->root, page);
  }
  return page;
}

}  // namespace

std::unique_ptr<Reader> read_repository(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string&) -> Result<Page> {
    auto answer = TRY(place.api->get(*place.http, place.api->address(place.repository, {})));
    Page page;
    page.caught_up = true;
    page.next = "read";
    if (!answer.root["full_name"].is_string())
      return fail(Error::Kind::kUpstream, fmt::format("GitHub does not say what {} is", printable(place.repository.full_name())), "check that `url` is the address of GitHub's API");
    page.records.push_back({place.repository.key(), record_of(place.repository, answer.root), time_of(answer.root["updated_at"]), false});
    return page;
  });
}

std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor) {
  return read_changes(std::move(place), {"/issues?state=all&sort=updated&direction=asc&per_page=100", "updated_at", "/issues/{}/reactions", "number"}, cursor);
}
std::unique_ptr<Reader> read_comments(Place place, const std::string& cursor) {
  return read_changes(std::move(place), {"/issues/comments?sort=updated&direction=asc&per_page=100", "updated_at", "/issues/comments/{}/reactions", "id"}, cursor);
}
std::unique_ptr<Reader> read_review_comments(Place place, const std::string& cursor) {
  return read_changes(std::move(place), {"/pulls/comments?sort=updated&direction=asc&per_page=100", "updated_at", "/pulls/comments/{}/reactions", "id"}, cursor);
}
std::unique_ptr<Reader> read_pull_list(Place place, const std::string& cursor) {
  return read_newest(std::move(place), {"/pulls?state=all&sort=updated&direction=desc&per_page=100", "updated_at", {}, "number"}, std::chrono::seconds{0}, cursor);
}
std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor) {
  return read_newest(std::move(place), {"/forks?sort=newest&per_page=100", "created_at", {}, "id"}, std::chrono::seconds{0}, cursor);
}
std::unique_ptr<Reader> read_events(Place place, const std::string& cursor) {
  return read_newest(std::move(place), {"/issues/events?per_page=100", "created_at", {}, "id"}, std::chrono::seconds{0}, cursor);
}
std::unique_ptr<Reader> read_star_list(Place place, const std::string& cursor) {
  return newest_first(cursor, std::chrono::seconds{0}, [place = std::move(place)](const std::string& token) { return star_page(place, token); });
}
std::unique_ptr<Reader> read_releases(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string& at) { return release_page(place, at); });
}
std::unique_ptr<Reader> read_traffic(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string& at) { return traffic_page(place, at); });
}

}  // namespace rapport::github
