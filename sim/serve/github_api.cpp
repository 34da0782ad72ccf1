// GitHub as collectors ask it. REST: lists with page, per_page, since, sort, direction and Link; GraphQL: repository,
// node and rateLimit over pull requests with reviews, discussions with comments and replies, stargazers with starredAt.
// A repository is read when it is first asked for.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/serve/apis.h"
#include "sim/serve/github_lists.h"
#include "sim/serve/graphql.h"

namespace rapport::sim {
namespace {

constexpr std::string_view kOwner = "kelvane";
constexpr std::string_view kRepositories[] = {"docs", "examples", "kelvane"};
constexpr std::string_view kWithDates = "application/vnd.github.star+json";
constexpr const char* kNotFound = "{\"message\":\"Not Found\",\"documentation_url\":\"https://docs.github.com/rest\",\"status\":\"404\"}";

struct Loaded {
  GithubRepository repository;
  std::string graph_text;
  JsonDocument graph_document;
  JsonValue graph;  // in graph_document; absent until GraphQL asks
};

class GithubApi : public Api {
 public:
  explicit GithubApi(fs::path folder) : folder_(std::move(folder)) {}

  ApiAnswer answer(const ApiRequest& request) override {
    auto answer = request.path == "/graphql" ? graphql(request) : rest(request);
    tell_limit(request, answer);
    return answer;
  }

  // A limit that is used up is 403 without a Retry-After in REST and 200 in GraphQL: the cases that clients get wrong.
  ApiAnswer refusal(const ApiRequest& request, int status) const override {
    ApiAnswer answer{status, kJsonType, {}, {}};
    if (status == 401) answer.body = "{\"message\":\"Bad credentials\",\"documentation_url\":\"https://docs.github.com/rest\",\"status\":\"401\"}";
    else if (status != 429) answer.body = "{\"message\":\"Server Error\"}";
    else if (request.path == "/graphql") answer = {200, kJsonType, graphql_failure("RATE_LIMITED", "API rate limit exceeded for user ID 1."), {}};
    else answer = {403, kJsonType, "{\"message\":\"API rate limit exceeded for user ID 1.\",\"documentation_url\":\"https://docs.github.com/rest/rate-limit\",\"status\":\"403\"}", {}};
    auto told = request;
    if (status == 429) told.remaining = 0, told.reset = now().time_since_epoch().count() / 1'000'000 + 1;
    tell_limit(told, answer);
    return answer;
  }

 private:
  static void tell_limit(const ApiRequest& request, ApiAnswer& answer) {
    answer.headers.emplace_back("X-RateLimit-Limit", fmt::to_string(request.limit));
    answer.headers.emplace_back("X-RateLimit-Remaining", fmt::to_string(request.remaining));
    answer.headers.emplace_back("X-RateLimit-Used", fmt::to_string(request.limit - request.remaining));
    answer.headers.emplace_back("X-RateLimit-Reset", fmt::to_string(request.reset));
    answer.headers.emplace_back("X-RateLimit-Resource", request.path == "/graphql" ? "graphql" : "core");
  }

  static ApiAnswer missing() { return {404, kJsonType, kNotFound, {}}; }
  static ApiAnswer json(std::string text) { return {200, kJsonType, std::move(text), {}}; }

  Loaded* load(std::string_view owner, std::string_view name) {
    if (lower_ascii(owner) != kOwner || std::find(std::begin(kRepositories), std::end(kRepositories), lower_ascii(name)) == std::end(kRepositories)) return nullptr;
    auto [found, is_new] = loaded_.try_emplace(lower_ascii(name));
    if (!is_new) return found->second.repository.name.empty() ? nullptr : &found->second;
    auto repository = GithubRepository::load(folder_ / lower_ascii(name));
    if (!repository) return nullptr;
    found->second.repository = std::move(*repository);
    return &found->second;
  }

  const std::map<std::string, std::string, std::less<>>& names() {
    if (!names_.empty()) return names_;
    auto text = read_file(folder_ / "users.json");
    JsonDocument document;
    if (text)
      if (auto users = document.parse(*text))
        for (const auto& user : users->items())
          if (user["name"].is_string()) names_[std::string{user["login"].text()}] = user["name"].text();
    return names_;
  }

  ApiAnswer rest(const ApiRequest& request) {
    auto parts = split(request.path, '/');  // "", "repos", owner, repository, list…
    if (parts.size() == 2 && parts[1] == "rate_limit")
      return json(fmt::format("{{\"resources\":{{\"core\":{0},\"graphql\":{0}}},\"rate\":{0}}}", fmt::format("{{\"limit\":{},\"remaining\":{},\"reset\":{},\"used\":{}}}", request.limit, request.remaining, request.reset, request.limit - request.remaining)));
    if (parts.size() == 4 && (parts[1] == "orgs" || parts[1] == "users") && lower_ascii(parts[2]) == kOwner && parts[3] == "repos") return all_repositories(request);
    if (parts.size() == 3 && parts[1] == "users") return user(parts[2]);
    if (parts.size() < 4 || parts[1] != "repos") return missing();
    auto* loaded = load(parts[2], parts[3]);
    if (loaded == nullptr) return missing();
    auto& repository = loaded->repository;
    if (parts.size() == 4) return json(repository.about);
    std::string_view what = std::string_view{request.path}.substr(static_cast<std::size_t>(parts[4].data() - request.path.data()));
    if (what == "issues" || what == "pulls") return list(request, repository, what, 0);
    if (what == "issues/comments") return list(request, repository, "comments", 0);
    if (what == "issues/events") return list(request, repository, "events", 0);
    if (what == "pulls/comments") return list(request, repository, "review comments", 0);
    if (what == "stargazers" || what == "forks" || what == "releases") return list(request, repository, what, 0);
    if (what.starts_with("traffic/")) return traffic(request, repository, what.substr(8));
    if (what.ends_with("/reactions")) return json("[]");  // who likes what is not modelled
    std::int64_t number = parts.size() > 5 ? std::strtoll(std::string{parts[5]}.c_str(), nullptr, 10) : 0;
    if (number <= 0 || (parts[4] != "issues" && parts[4] != "pulls")) return missing();
    const auto& whole = repository.list(parts[4]);
    auto found = std::find_if(whole.begin(), whole.end(), [&](const auto& item) { return item.number == number; });
    if (found == whole.end()) return missing();
    if (parts.size() == 6) return json(found->json);
    auto inner = parts[4] == "pulls" && parts[6] == "comments" ? std::string_view{"review comments"} : parts[6];
    if (parts.size() == 7 && (inner == "comments" || inner == "events" || inner == "reviews" || inner == "review comments")) return list(request, repository, inner, number);
    return missing();
  }

  ApiAnswer all_repositories(const ApiRequest& request) {
    GithubList all;
    for (auto name : kRepositories)
      if (auto* loaded = load(kOwner, name)) all.push_back({loaded->repository.about, 0, {}, {}, false});
    std::vector<const GithubItem*> items;
    for (const auto& item : all) items.push_back(&item);
    return page(request, items, {});
  }

  ApiAnswer user(std::string_view login) {
    auto text = read_file(folder_ / "users.json");
    JsonDocument document;
    auto users = text ? document.parse(*text) : Result<JsonValue>{};
    if (users)
      for (const auto& user : users->items())
        if (user["login"].text() == login) return json(user.to_json());
    return missing();
  }

  // Only those who may push see it.
  ApiAnswer traffic(const ApiRequest& request, const GithubRepository& repository, std::string_view what) {
    if (request.authorization.empty()) return {403, kJsonType, "{\"message\":\"Must have push access to repository\",\"status\":\"403\"}", {}};
    if (what == "popular/referrers" || what == "popular/paths") return json("[]");
    if (what != "views" && what != "clones") return missing();
    auto text = read_file(folder_ / repository.name / fmt::format("traffic.{}.json", what));
    return text ? json(*text) : missing();
  }

  // `number`: only what belongs to this issue or pull request; 0 = all.
  ApiAnswer list(const ApiRequest& request, GithubRepository& repository, std::string_view name, std::int64_t number) {
    if (request.shift) shift(repository, name);
    bool by_issue = name == "issues" || name == "pulls";
    auto state = request.parameter("state"), since = request.parameter("since");
    std::vector<const GithubItem*> items;
    for (const auto& item : repository.list(name)) {
      if (number > 0 && item.number != number) continue;
      if (by_issue && state != "all" && item.open != (state != "closed")) continue;
      if (!since.empty() && name != "pulls" && item.updated < since) continue;
      items.push_back(&item);
    }
    // Each list has a way of its own: comments of all issues by id, releases and events and forks from the newest on.
    auto sort = request.parameter("sort");
    bool newest_first = by_issue ? request.parameter("direction") != "asc" : name == "comments" || name == "review comments" ? request.parameter("direction") == "desc" : name == "forks" ? sort != "oldest" : name == "releases" || name == "events";
    std::stable_sort(items.begin(), items.end(), [&](const GithubItem* a, const GithubItem* b) {
      const auto &x = sort == "updated" ? a->updated : a->created, &y = sort == "updated" ? b->updated : b->created;
      return newest_first ? x > y : x < y;
    });
    return page(request, items, name);
  }

  ApiAnswer page(const ApiRequest& request, const std::vector<const GithubItem*>& items, std::string_view name) {
    auto size = std::clamp<std::int64_t>(request.number("per_page", 30), 1, 100), number = std::max<std::int64_t>(1, request.number("page", 1));
    auto last = std::max<std::int64_t>(1, (static_cast<std::int64_t>(items.size()) + size - 1) / size);
    std::string body = "[";
    for (auto i = (number - 1) * size; i < std::min(static_cast<std::int64_t>(items.size()), number * size); ++i) {
      if (body.size() > 1) body += ',';
      body += shown(items[static_cast<std::size_t>(i)]->json, request, name);
    }
    auto answer = json(body + "]");
    auto link = [&](std::int64_t to, std::string_view relation) {
      std::string query;
      for (const auto& [key, value] : request.query)
        if (key != "page") query += fmt::format("{}={}&", percent_encoded(key), percent_encoded(value));
      return fmt::format("<{}{}?{}page={}>; rel=\"{}\"", request.base, request.path, query, to, relation);
    };
    std::string links;
    if (number > 1) links = link(number - 1, "prev") + ", " + link(1, "first");
    if (number < last) links += (links.empty() ? "" : ", ") + link(number + 1, "next") + ", " + link(last, "last");
    if (!links.empty()) answer.headers.emplace_back("Link", links);
    return answer;
  }

  static std::string shown(const std::string& item, const ApiRequest& request, std::string_view name) {
    if (name == "pulls") return without(item, {"additions", "changed_files", "comments", "commits", "deletions", "merged", "merged_by"});  // /pulls/<n> tells these
    if (name != "stargazers" || request.accept.find(kWithDates) != std::string::npos) return item;
    JsonDocument document;
    auto star = document.parse(item);
    return star ? (*star)["user"].to_json() : item;
  }

  // A list that moves under its reader: somebody touches an old item, which becomes the one changed last.
  void shift(GithubRepository& repository, std::string_view name) {
    auto found = repository.lists.find(name);
    if (found == repository.lists.end() || found->second.size() < 3 || (name != "issues" && name != "pulls" && name != "comments")) return;
    auto& list = found->second;
    auto newest = std::max_element(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.updated < b.updated; })->updated;
    auto& item = list[(shifts_++ * 7919) % list.size()];
    auto time = parse_time(newest);
    if (!time) return;
    auto updated = format_time(*time + std::chrono::seconds{1});
    item.json = replace_all(item.json, fmt::format("\"updated_at\":\"{}\"", item.updated), fmt::format("\"updated_at\":\"{}\"", updated));
    item.updated = updated;
  }

  ApiAnswer graphql(const ApiRequest& request) {
    if (request.method != "POST") return missing();
    if (request.authorization.empty()) return {401, kJsonType, "{\"message\":\"This endpoint requires you to be authenticated.\",\"documentation_url\":\"https://docs.github.com/graphql\",\"status\":\"401\"}", {}};
    JsonDocument document;
    auto body = document.parse(request.body);
    if (!body) return {400, kJsonType, "{\"message\":\"Problems parsing JSON\",\"status\":\"400\"}", {}};
    auto query = parse_graphql((*body)["query"].text(), (*body)["variables"]);
    if (!query) return json(graphql_failure("", query.error().what));
    JsonDocument limit;
    auto limit_text = fmt::format("{{\"__typename\":\"RateLimit\",\"limit\":{},\"cost\":1,\"nodeCount\":0,\"remaining\":{},\"used\":{},\"resetAt\":\"{}\"}}", request.limit, request.remaining, request.limit - request.remaining,
                                  format_time(time_from_unix(request.reset)));
    return json(answer_graphql(*query, [&](const GraphField& field) { return root(field, limit, limit_text); }));
  }

  GraphRoot root(const GraphField& field, JsonDocument& limit, const std::string& limit_text) {
    auto text_of = [&](std::string_view argument) {
      JsonDocument document;
      auto text = field.argument(argument);
      auto value = text ? document.parse(*text) : Result<JsonValue>{};
      return value ? std::string{value->text()} : std::string{};
    };
    if (field.name == "rateLimit")
      if (auto value = limit.parse(limit_text)) return {*value, {}, {}};
    if (field.name == "repository") {
      auto owner = text_of("owner"), name = text_of("name");
      if (auto* graph = graph_of(owner, name)) return {*graph, {}, {}};
      return {{}, "NOT_FOUND", fmt::format("Could not resolve to a Repository with the name '{}/{}'.", printable(owner), printable(name))};
    }
    if (field.name == "node") {
      auto id = text_of("id");
      for (auto name : kRepositories) {
        auto* graph = graph_of(kOwner, name);
        if (graph == nullptr) continue;
        for (const auto& discussion : (*graph)["discussions"]["nodes"].items()) {
          if (discussion["id"].text() == id) return {discussion, {}, {}};
          for (const auto& comment : discussion["comments"]["nodes"].items())
            if (comment["id"].text() == id) return {comment, {}, {}};
        }
      }
      return {{}, "NOT_FOUND", fmt::format("Could not resolve to a node with the global id of '{}'", printable(id))};
    }
    return {{}, "undefinedField", fmt::format("Field '{}' doesn't exist on type 'Query' of this simulation", field.name)};
  }

  const JsonValue* graph_of(std::string_view owner, std::string_view name) {
    auto* loaded = load(owner, name);
    if (loaded == nullptr) return nullptr;
    if (!loaded->graph.is_object()) {
      loaded->graph_text = github_graph(loaded->repository, names());
      auto graph = loaded->graph_document.parse(loaded->graph_text);
      if (!graph) return nullptr;
      loaded->graph = *graph;
    }
    return &loaded->graph;
  }

  fs::path folder_;
  std::map<std::string, Loaded, std::less<>> loaded_;
  std::map<std::string, std::string, std::less<>> names_;
  std::size_t shifts_ = 0;
};

}  // namespace

Result<std::unique_ptr<Api>> open_github_api(const fs::path& folder) { return std::unique_ptr<Api>{std::make_unique<GithubApi>(folder / "github")}; }

}  // namespace rapport::sim
