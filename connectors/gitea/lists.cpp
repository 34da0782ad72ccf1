#include "connectors/gitea/lists.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/each_place.h"
#include "connectors/saved_files.h"

namespace rapport::gitea {
namespace {

std::string named(const Place& place) { return json_member("_repository", place.repository.full_name()); }
std::string of(const Place& place, std::string_view what) { return fmt::format("{} of {}", what, place.repository.full_name()); }
std::string in_api(const Place& place, const std::string& url) { return url.substr(place.api->server().base.size()); }
std::string since_date(const Since& since) {
  return since.from ? "&since=" + percent_encoded(format_time(std::chrono::floor<std::chrono::seconds>(*since.from))) : std::string{};
}

Result<ListPage> list_page(const Place& place, const std::string& url, const ItemKind& kind, const MoreMembers& more = nullptr) {
  return records_of(TRY(place.api->list(*place.http, url)), kind, in_api(place, url), more);
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

std::unique_ptr<Reader> read_changes(Place place, std::string_view what, const std::string& path, ItemKind kind, const std::string& cursor) {
  auto name = of(place, what);
  return while_shown(name, cursor, changed_since(cursor, now(), [place = std::move(place), path, kind = std::move(kind)](const Since& since) {
    return list_page(place, since.token.empty() ? place.api->address(place.repository, path) + since_date(since) : since.token, kind);
  }));
}

std::unique_ptr<Reader> read_newest(Place place, std::string_view what, const std::string& path, const std::string& cursor, Result<std::string> (*more)(const Place&, const JsonValue&)) {
  auto name = of(place, what);
  return while_shown(name, cursor, newest_first(cursor, std::chrono::seconds{0}, [place = std::move(place), path, more](const std::string& token) {
    ItemKind kind{"number", "updated_at", place.repository.key() + "#", named(place)};
    return list_page(place, token.empty() ? place.api->address(place.repository, path) : token, kind, [&](const JsonValue& item) { return more(place, item); });
  }));
}

std::unique_ptr<Reader> read_whole(Place place, std::string_view what, const std::string& path, ItemKind kind, const std::string& cursor) {
  auto name = of(place, what);
  return while_shown(name, cursor, all_each_time(cursor, [place = std::move(place), path, kind = std::move(kind)](const std::string& token) {
    return list_page(place, token.empty() ? place.api->address(place.repository, path) : token, kind);
  }));
}

Result<std::string> nothing_more(const Place&, const JsonValue&) { return std::string{}; }

Result<std::string> with_reviews(const Place& place, const JsonValue& pull) {
  auto number = pull["number"].integer();
  if (!number) return std::string{};
  auto address = place.api->address(place.repository, fmt::format("/pulls/{}/reviews", *number));
  std::string reviews = ",\"_reviews\":[", remarks = ",\"_remarks\":[";
  for (auto url = address + "?limit=50"; !url.empty();) {
    auto list = TRY(place.api->list(*place.http, url));
    for (const auto& review : list.items) {
      reviews += (reviews.ends_with('[') ? "" : ",") + review.to_json();
      auto id = review["id"].integer();
      if (!id || review["comments_count"].integer().value_or(0) == 0) continue;
      auto said = TRY(place.api->list(*place.http, fmt::format("{}/{}/comments", address, *id)));
      for (const auto& remark : said.items) remarks += (remarks.ends_with('[') ? "" : ",") + remark.to_json();
    }
    url = list.next;
  }
  return reviews + "]" + remarks + "]";
}

// Of a star only who gave it: what else an answer tells of a person changes by itself, and a star must not look new for it.
Result<Page> star_page(const Place& place, const std::string& cursor) {
  constexpr std::string_view kFirstPass = "first ", kLaterPass = "later ";
  bool first = !cursor.starts_with(kLaterPass);
  auto token = cursor.size() > kFirstPass.size() && cursor.find("://") != std::string::npos ? cursor.substr(kFirstPass.size()) : std::string{};
  auto url = token.empty() ? place.api->address(place.repository, "/stargazers?limit=50") : token;
  auto list = TRY(place.api->list(*place.http, url));
  Page page;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& user = list.items[i];
    auto id = user["id"].integer();
    if (!id) {
      page.rejected.push_back({fmt::format("{} item {}", in_api(place, url), i + 1), "an item without id", user.to_json().substr(0, 300)});
      continue;
    }
    JsonWriter json;
    json.begin_object().key("_repository").value(place.repository.full_name()).key("id").value(*id).key("login").raw(user["login"].to_json()).end_object();
    page.records.push_back({fmt::format("{}/{}", place.repository.key(), *id), std::move(json).text(), first ? std::nullopt : std::optional<Time>{std::chrono::floor<std::chrono::seconds>(now())}, false});
  }
  page.caught_up = list.next.empty();
  page.next = std::string{first && !page.caught_up ? kFirstPass : kLaterPass} + list.next;
  return page;
}

}  // namespace

Api::Api(const std::string& instance, const std::string& token) {
  server_ = {host_of_address(instance), instance + "/api/v1"};
  api_.site = server_.site;
  if (!token.empty()) api_.headers.emplace_back("Authorization", "token " + token);
  api_.auth_fix = token.empty() ? fmt::format("this is not shown to everybody: make a token at {}/user/settings/applications and set token = \"$NAME_OF_A_VARIABLE\"", instance)
                                : "check that the token is still valid, may read repositories and issues, and may see this repository";
  api_.address_fix = token.empty() ? "check `repo` and `url`; a private repository needs a token that may read it" : "check `repo` and `url`, and that the token may read the repository";
}

std::string Api::address(const Repository& repository, std::string_view path) const {
  return fmt::format("{}/repos/{}/{}{}", server_.base, percent_encoded(repository.owner), percent_encoded(repository.name), path);
}

Result<RestList> Api::list(Http& http, const std::string& url) const {
  auto answer = TRY(get(http, url));
  if (answer.root.type() == JsonValue::Type::kNull) return RestList{{}, std::move(answer), {}};
  return as_list(server_, url, std::move(answer));
}

std::unique_ptr<Reader> read_repository(Place place, const std::string& cursor) {
  return paged(cursor, [place = std::move(place)](const std::string&) -> Result<Page> {
    auto answer = TRY(place.api->get(*place.http, place.api->address(place.repository, {})));
    if (!answer.root["full_name"].is_string())
      return fail(Error::Kind::kUpstream, fmt::format("{} does not say what {} is", place.api->server().site, printable(place.repository.full_name())), "check that `url` is the address of a Gitea or Forgejo");
    Page page;
    page.caught_up = true;
    page.next = "read";
    page.records.push_back({place.repository.key(), with_members(named(place), answer.root), time_of(answer.root["updated_at"]), false});
    return page;
  });
}

std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor) {
  ItemKind kind{"number", "updated_at", place.repository.key() + "#", named(place)};
  return read_changes(std::move(place), "issues", "/issues?state=all&type=issues&limit=50", std::move(kind), cursor);
}
std::unique_ptr<Reader> read_comments(Place place, const std::string& cursor) {
  ItemKind kind{"id", "updated_at", place.repository.key() + "/", named(place)};
  return read_changes(std::move(place), "comments", "/issues/comments?limit=50", std::move(kind), cursor);
}
std::unique_ptr<Reader> read_reactions(Place place, const std::string& cursor) {
  auto name = of(place, "reactions");
  return while_shown(name, cursor, changed_since(cursor, now(), [place = std::move(place)](const Since& since) -> Result<ListPage> {
    auto url = since.token.empty() ? place.api->address(place.repository, "/issues?state=all&limit=20") + since_date(since) : since.token;
    auto list = TRY(place.api->list(*place.http, url));
    ListPage out;
    out.token = list.next;
    for (const auto& item : list.items) {
      auto number = item["number"].integer();
      if (!number) continue;  // set aside by the stream of the items
      auto id = fmt::format("{}#{}", place.repository.key(), *number);
      auto reactions = whole_list(place, "reactions", place.api->address(place.repository, fmt::format("/issues/{}/reactions?limit=50", *number)));
      if (!reactions && !answered(reactions.error(), 404)) return fail(std::move(reactions.error()));
      if (!reactions) out.page.rejected.push_back({std::move(id), "it went while the list was read", reactions.error().what});
      if (!reactions || reactions->ends_with("[]")) continue;
      out.page.records.push_back({std::move(id), fmt::format("{{{},\"number\":{},\"html_url\":{}{}}}", named(place), *number, item["html_url"].to_json(), *reactions),
                                  time_of(item["updated_at"]), false});
    }
    return out;
  }));
}

std::unique_ptr<Reader> read_pulls(Place place, const std::string& cursor) {
  return read_newest(std::move(place), "pull requests", "/pulls?state=all&sort=recentupdate&limit=50", cursor, nothing_more);
}
std::unique_ptr<Reader> read_reviews(Place place, const std::string& cursor) {
  return read_newest(std::move(place), "reviews", "/pulls?state=all&sort=recentupdate&limit=20", cursor, with_reviews);
}
std::unique_ptr<Reader> read_releases(Place place, const std::string& cursor) {
  ItemKind kind{"id", "published_at", place.repository.key() + "/", named(place)};
  return read_whole(std::move(place), "releases", "/releases?limit=50", std::move(kind), cursor);
}
std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor) {
  ItemKind kind{"id", "created_at", place.repository.key() + "/", named(place)};
  return read_whole(std::move(place), "forks", "/forks?limit=50", std::move(kind), cursor);
}
std::unique_ptr<Reader> read_stargazers(Place place, const std::string& cursor) {
  auto name = of(place, "stars");
  return while_shown(name, cursor, paged(cursor, [place = std::move(place)](const std::string& at) { return star_page(place, at); }));
}

}  // namespace rapport::gitea
