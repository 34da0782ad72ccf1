// The part of Discourse's API that reads: /latest.json, /t/<id>.json (twenty posts, the rest by /t/<id>/posts.json),
// /categories.json, /directory_items.json. A topic's file is read when asked for; in memory is one line of each.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/time.h"
#include "sim/serve/apis.h"

namespace rapport::sim {
namespace {

constexpr std::size_t kTopicsPerPage = 30, kPostsPerTopic = 20, kUsersPerPage = 50;

struct Listed {
  std::int64_t id = 0, category = 0, posts = 0, likes = 0;
  std::string title, created, last_posted, bumped;
  bool accepted = false;
};

class DiscourseApi : public Api {
 public:
  DiscourseApi(fs::path folder, std::vector<Listed> topics, std::vector<std::pair<std::int64_t, std::string>> users)
      : folder_(std::move(folder)), topics_(std::move(topics)), users_(std::move(users)) {}

  ApiAnswer answer(const ApiRequest& request) override {
    std::string_view path = request.path;
    if (path == "/latest.json") return latest(request);
    if (path == "/categories.json") return file(folder_ / "categories.json");
    if (path == "/directory_items.json") return directory(request);
    if (path == "/post_action_users.json") return {200, "application/json; charset=utf-8", "{\"post_action_users\":[],\"total_rows_post_action_users\":0}", {}};
    if (!path.starts_with("/t/")) return not_found();
    path.remove_prefix(3);
    std::int64_t id = 0;
    auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), id);
    auto rest = path.substr(static_cast<std::size_t>(end - path.data()));
    if (error != std::errc{} || (rest != ".json" && rest != "/posts.json")) return not_found();
    auto text = read_file(folder_ / "t" / fmt::format("{}.json", id));
    if (!text) return not_found();
    JsonDocument document;
    auto topic = document.parse(*text);
    if (!topic) return not_found();
    return {200, "application/json; charset=utf-8", rest == ".json" ? first_posts(*topic) : posts(*topic, request), {}};
  }

 private:
  static ApiAnswer file(const fs::path& path) {
    auto text = read_file(path);
    return text ? ApiAnswer{200, "application/json; charset=utf-8", *text, {}} : not_found();
  }

  // A list that moves under its reader: an old topic gets a new post and comes to the front.
  void bump_one() {
    if (topics_.size() < 3) return;
    auto index = topics_.size() / 2 + (shifts_++ * 7919) % (topics_.size() / 2);
    auto topic = topics_[index];
    auto newest = parse_time(topics_.front().bumped);
    if (newest) topic.bumped = format_time(*newest + std::chrono::seconds{1});
    topics_.erase(topics_.begin() + static_cast<std::ptrdiff_t>(index));
    topics_.insert(topics_.begin(), std::move(topic));
  }

  ApiAnswer latest(const ApiRequest& request) {
    if (request.shift) bump_one();
    auto page = static_cast<std::size_t>(std::max<std::int64_t>(0, request.number("page", 0)));
    JsonWriter json;
    json.begin_object().key("users").begin_array().end_array().key("topic_list").begin_object().key("per_page").value(kTopicsPerPage);
    if ((page + 1) * kTopicsPerPage < topics_.size()) json.key("more_topics_url").value(fmt::format("/latest?page={}", page + 1));
    json.key("topics").begin_array();
    for (auto i = page * kTopicsPerPage; i < std::min(topics_.size(), (page + 1) * kTopicsPerPage); ++i) {
      const auto& topic = topics_[i];
      json.begin_object().key("id").value(topic.id).key("title").value(topic.title).key("posts_count").value(topic.posts).key("created_at").value(topic.created);
      json.key("last_posted_at").value(topic.last_posted).key("bumped").value(true).key("bumped_at").value(topic.bumped).key("like_count").value(topic.likes);
      json.key("category_id").value(topic.category).key("pinned").value(false).key("closed").value(false).key("archived").value(false).key("visible").value(true);
      json.key("has_accepted_answer").value(topic.accepted).end_object();
    }
    json.end_array().end_object().end_object();
    return {200, "application/json; charset=utf-8", std::move(json).text(), {}};
  }

  static std::string first_posts(const JsonValue& topic) {
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : topic.members()) {
      json.key(name);
      if (name != "post_stream") {
        json.raw(value.to_json());
        continue;
      }
      json.begin_object().key("posts").begin_array();
      auto posts = value["posts"].items();
      for (std::size_t i = 0; i < std::min(posts.size(), kPostsPerTopic); ++i) json.raw(posts[i].to_json());
      json.end_array().key("stream").raw(value["stream"].to_json()).end_object();
    }
    json.key("chunk_size").value(kPostsPerTopic).end_object();
    return std::move(json).text();
  }

  static std::string posts(const JsonValue& topic, const ApiRequest& request) {
    std::set<std::string> wanted;
    for (const auto& [name, value] : request.query)
      if (name == "post_ids[]") wanted.insert(value);
    JsonWriter json;
    json.begin_object().key("post_stream").begin_object().key("posts").begin_array();
    for (const auto& post : topic["post_stream"]["posts"].items())
      if (wanted.contains(fmt::to_string(post["id"].integer().value_or(0)))) json.raw(post.to_json());
    json.end_array().end_object().key("id").raw(topic["id"].to_json()).end_object();
    return std::move(json).text();
  }

  ApiAnswer directory(const ApiRequest& request) {
    auto page = static_cast<std::size_t>(std::max<std::int64_t>(0, request.number("page", 0)));
    JsonWriter json;
    json.begin_object().key("directory_items").begin_array();
    for (auto i = page * kUsersPerPage; i < std::min(users_.size(), (page + 1) * kUsersPerPage); ++i)
      json.begin_object().key("id").value(users_[i].first).key("user").raw(users_[i].second).end_object();
    json.end_array().key("meta").begin_object().key("last_updated_at").value(topics_.empty() ? "" : topics_.front().bumped);
    json.key("total_rows_directory_items").value(users_.size()).end_object().end_object();
    return {200, "application/json; charset=utf-8", std::move(json).text(), {}};
  }

  fs::path folder_;
  std::vector<Listed> topics_;
  std::vector<std::pair<std::int64_t, std::string>> users_;
  std::size_t shifts_ = 0;
};

}  // namespace

Result<std::unique_ptr<Api>> open_discourse_api(const fs::path& folder) {
  auto forum = folder / "discourse";
  std::vector<Listed> topics;
  std::map<std::int64_t, std::string> users;
  std::error_code error;
  JsonDocument document;
  for (const auto& entry : fs::directory_iterator(forum / "t", error)) {
    auto text = TRY(read_file(entry.path()));
    auto topic = TRY(document.parse(text).in(entry.path().string()));
    Listed listed{topic["id"].integer().value_or(0), topic["category_id"].integer().value_or(0), topic["posts_count"].integer().value_or(0), topic["like_count"].integer().value_or(0),
                  std::string{topic["title"].text()}, std::string{topic["created_at"].text()}, std::string{topic["last_posted_at"].text()}, std::string{topic["last_posted_at"].text()},
                  topic["accepted_answer"].is_object()};
    for (const auto& post : topic["post_stream"]["posts"].items()) {
      auto id = post["user_id"].integer().value_or(0);
      if (users.contains(id)) continue;
      JsonWriter user;
      user.begin_object().key("id").value(id).key("username").value(post["username"].text()).key("name").value(post["name"].text()).key("title").null().end_object();
      users[id] = std::move(user).text();
    }
    topics.push_back(std::move(listed));
  }
  std::sort(topics.begin(), topics.end(), [](const Listed& a, const Listed& b) { return a.bumped != b.bumped ? a.bumped > b.bumped : a.id > b.id; });
  return std::unique_ptr<Api>{std::make_unique<DiscourseApi>(forum, std::move(topics), std::vector<std::pair<std::int64_t, std::string>>(users.begin(), users.end()))};
}

}  // namespace rapport::sim
