#include "connectors/discourse/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/discourse/topic_record.h"
#include "connectors/passes.h"

namespace rapport::discourse {
namespace {

// The forum's own pages ask for so many posts at once (`chunk_size` of a topic).
constexpr std::size_t kPostsPerRequest = 20;
constexpr std::int64_t kLikeAction = 2;   // post_action_type_id
constexpr int kMostLikerPages = 100;

Error explained(Error error, const Forum& forum) {
  if (error.kind == Error::Kind::kAuth) {
    error.fix = forum.has_key ? "check that the key of `api_key` is still valid, that `api_username` is the user it was made for, and that it may read topics"
                              : "this forum shows itself to members only: ask an admin for an API key (Admin, API, single user, read-only), "
                                "then set api_key = \"$NAME_OF_A_VARIABLE\" and api_username";
  } else if (error.kind == Error::Kind::kNotFound) {
    error.fix = "check that `url` is the front page of a Discourse forum";
  }
  return error;
}

std::vector<std::int64_t> missing_posts(const JsonValue& topic) {
  std::set<std::int64_t> here;
  for (const auto& post : topic["post_stream"]["posts"].items())
    if (auto id = post["id"].integer()) here.insert(*id);
  std::vector<std::int64_t> missing;
  for (const auto& value : topic["post_stream"]["stream"].items())
    if (auto id = value.integer(); id && here.insert(*id).second) missing.push_back(*id);
  return missing;
}

std::vector<std::int64_t> liked_posts(const std::vector<JsonValue>& posts) {
  std::vector<std::int64_t> liked;
  for (const auto& post : posts)
    for (const auto& action : post["actions_summary"].items())
      if (action["id"].integer() == kLikeAction && action["count"].integer().value_or(0) > 0)
        if (auto id = post["id"].integer()) liked.push_back(*id);
  return liked;
}

// Who liked a post, appended to `json` as an array.
Result<> fetch_likers(const Forum& forum, Http& http, std::int64_t post, JsonWriter& json) {
  json.begin_array();
  std::int64_t seen = 0;
  JsonDocument document;
  for (int page = 0; page < kMostLikerPages; ++page) {
    auto path = fmt::format("/post_action_users.json?id={}&post_action_type_id={}", post, kLikeAction);
    if (page > 0) path += fmt::format("&page={}", page);
    auto answer = TRY(get_json(forum, http, path, document));
    auto users = answer["post_action_users"].items();
    for (const auto& user : users) json.raw(user.to_json());
    seen += static_cast<std::int64_t>(users.size());
    if (users.empty() || seen >= answer["total_rows_post_action_users"].integer().value_or(0)) break;
  }
  json.end_array();
  return {};
}

Result<JsonValue> parse_answer(const HttpResponse& response, std::string_view url, JsonDocument& document) {
  auto root = document.parse(response.body);
  if (root) return root;
  auto error = std::move(root.error());
  error.what = fmt::format("{}: {}", printable(url.substr(0, url.find('?'))), error.what);
  error.fix = "open that address in a browser: this is not a Discourse forum, or something stands in front of it (a login, a check for robots)";
  return fail(std::move(error));
}

// A refusal that is the forum's own, not that of something in front of it.
bool is_discourse_refusal(const HttpResponse& response) {
  JsonDocument document;
  auto root = document.parse(response.body);
  return root && ((*root)["errors"].is_array() || (*root)["error_type"].is_string());
}

}  // namespace

std::string forum_address(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  auto host_at = url.find("://");
  host_at = host_at == std::string_view::npos ? 0 : host_at + 3;
  for (std::string_view page : {"/c/", "/t/", "/latest", "/categories", "/top", "/new", "/u/", "/tag/", "/tags"})
    if (auto at = url.find(page, host_at); at != std::string_view::npos) {
      auto after = at + page.size();
      if (page.ends_with('/') || after == url.size() || url[after] == '/' || url[after] == '.') url = url.substr(0, at);
    }
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string{url};
}

Result<Forum> forum_of(const Settings& settings) {
  Forum forum;
  forum.base = forum_address(settings.text("url"));
  forum.headers = {{"Accept", "application/json"}};
  forum.has_key = settings.has("api_key");
  if (forum.has_key) forum.headers.emplace_back("Api-Key", settings.text("api_key"));
  if (forum.has_key && settings.has("api_username")) forum.headers.emplace_back("Api-Username", settings.text("api_username"));
  const auto& likes = settings.text("likes");
  if (likes == "names") forum.likes = Likes::kNames;
  else if (likes == "none") forum.likes = Likes::kNone;
  else if (likes != "counts")
    return fail(Error::Kind::kBadInput, fmt::format("`likes` is \"{}\"", printable(likes)), "it may be \"counts\", \"names\" or \"none\"");
  const auto& users = settings.text("users");
  if (users != "directory" && users != "posters")
    return fail(Error::Kind::kBadInput, fmt::format("`users` is \"{}\"", printable(users)), "it may be \"directory\" or \"posters\"");
  forum.directory = users == "directory";
  forum.look_back_us = std::chrono::microseconds{TRY(look_back(settings))}.count();
  return forum;
}

Result<JsonValue> get_json(const Forum& forum, Http& http, const std::string& path, JsonDocument& document) {
  auto response = http.get(forum.base + path, forum.headers);
  if (!response) return fail(explained(std::move(response.error()), forum));
  return parse_answer(*response, forum.base + path, document);
}

Result<FetchedTopic> fetch_topic(const Forum& forum, Http& http, std::int64_t id) {
  HttpRequest request{"GET", fmt::format("{}/t/{}.json", forum.base, id), forum.headers, {}};
  auto response = TRY(http.send(request));
  bool gone = response.status == 404 || response.status == 410 || (response.status == 403 && is_discourse_refusal(response));
  if (gone) return FetchedTopic{RawRecord{fmt::format("{}", id), {}, {}, true}, {}};
  if (response.status == 500) return FetchedTopic{{}, error_of_status(request, response).what};
  if (response.status < 200 || response.status > 299) return fail(explained(error_of_status(request, response), forum));
  JsonDocument document;
  auto topic = TRY(parse_answer(response, request.url, document));

  std::vector<std::string> more;
  auto posts = topic["post_stream"]["posts"].items();
  auto liked = forum.likes == Likes::kNames ? liked_posts(posts) : std::vector<std::int64_t>{};
  auto missing = missing_posts(topic);
  for (std::size_t from = 0; from < missing.size(); from += kPostsPerRequest) {
    auto path = fmt::format("/t/{}/posts.json", id);
    for (std::size_t i = from; i < std::min(from + kPostsPerRequest, missing.size()); ++i)
      path += fmt::format("{}post_ids[]={}", i == from ? '?' : '&', missing[i]);
    JsonDocument chunk;
    auto answer = TRY(get_json(forum, http, path, chunk).in(fmt::format("topic {}", id)));
    auto further = answer["post_stream"]["posts"].items();
    for (const auto& post : further) more.push_back(post.to_json());
    if (forum.likes == Likes::kNames)
      for (auto post : liked_posts(further)) liked.push_back(post);
  }
  std::string likers;
  if (forum.likes == Likes::kNames) {
    JsonWriter json;
    json.begin_object();
    for (auto post : liked) {
      json.key(fmt::format("{}", post));
      TRY(fetch_likers(forum, http, post, json).in(fmt::format("topic {}", id)));
    }
    likers = std::move(json.end_object()).text();
  }
  return FetchedTopic{TRY(topic_record(topic, more, likers).in(fmt::format("topic {}", id))), {}};
}

}  // namespace rapport::discourse
