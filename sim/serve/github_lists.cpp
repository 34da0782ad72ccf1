#include "sim/serve/github_lists.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "base/json_writer.h"

namespace rapport::sim {
namespace {

constexpr std::string_view kLists[] = {"comments", "discussions", "events", "forks", "issues", "pulls", "releases", "reviews", "stargazers"};

std::int64_t last_number(std::string_view url) {
  std::int64_t number = 0;
  auto digits = url.substr(url.rfind('/') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

GithubItem item_of(const JsonValue& value) {
  GithubItem item{value.to_json(), value["number"].integer().value_or(0), {}, {}, value["state"].text() == "open"};
  for (auto key : {"issue_url", "pull_request_url"})
    if (value[key].is_string()) item.number = last_number(value[key].text());
  if (value["issue"].is_object()) item.number = value["issue"]["number"].integer().value_or(0);
  for (auto key : {"created_at", "createdAt", "submitted_at", "starred_at"})
    if (value[key].is_string()) item.created = value[key].text();
  item.updated = value["updated_at"].text(item.created);
  return item;
}

void actor(JsonWriter& json, const JsonValue& user, const std::map<std::string, std::string, std::less<>>& names) {
  if (!user.is_object()) {
    json.null();
    return;
  }
  auto login = user["login"].text();
  json.begin_object().key("__typename").value(user["type"].text()).key("login").value(login).key("databaseId").raw(user["id"].to_json()).key("name");
  if (auto found = names.find(login); found != names.end()) json.value(found->second);
  else json.null();
  json.key("url").raw(user["html_url"].to_json()).end_object();
}

void rename(JsonWriter& json, const JsonValue& value, std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  for (auto [from, to] : members) json.key(to).raw(value[from].to_json());
}

std::string pull_node(const JsonValue& pull, const GithubList& reviews, const std::map<std::string, std::string, std::less<>>& names) {
  JsonWriter json;
  auto number = pull["number"].integer().value_or(0);
  bool merged = pull["merged"].truth();
  json.begin_object().key("__typename").value("PullRequest").key("id").value(fmt::format("PR_{}", number)).key("state").value(merged ? "MERGED" : pull["state"].text() == "open" ? "OPEN" : "CLOSED");
  rename(json, pull, {{"number", "number"}, {"id", "databaseId"}, {"html_url", "url"}, {"title", "title"}, {"body", "body"}, {"draft", "isDraft"}, {"created_at", "createdAt"}, {"updated_at", "updatedAt"},
                      {"closed_at", "closedAt"}, {"merged_at", "mergedAt"}, {"merged", "merged"}, {"author_association", "authorAssociation"}, {"additions", "additions"}, {"deletions", "deletions"},
                      {"changed_files", "changedFiles"}});
  json.key("author");
  actor(json, pull["user"], names);
  json.key("mergedBy");
  actor(json, pull["merged_by"], names);
  json.key("baseRefName").raw(pull["base"]["ref"].to_json()).key("headRefName").raw(pull["head"]["ref"].to_json()).key("milestone").null();
  json.key("commits").begin_object().key("totalCount").raw(pull["commits"].to_json()).end_object().key("comments").begin_object().key("totalCount").raw(pull["comments"].to_json()).end_object();
  json.key("labels").begin_object().key("nodes").begin_array().end_array().end_object().key("reviews").begin_object().key("nodes").begin_array();
  JsonDocument document;
  auto first = std::lower_bound(reviews.begin(), reviews.end(), number, [](const GithubItem& item, std::int64_t n) { return item.number < n; });
  for (; first != reviews.end() && first->number == number; ++first) {
    auto review = document.parse(first->json);
    if (!review) continue;
    json.begin_object().key("__typename").value("PullRequestReview");
    rename(json, *review, {{"id", "databaseId"}, {"html_url", "url"}, {"state", "state"}, {"body", "body"}, {"submitted_at", "submittedAt"}, {"author_association", "authorAssociation"}});
    json.key("author");
    actor(json, (*review)["user"], names);
    json.end_object();
  }
  json.end_array().end_object().end_object();
  return std::move(json).text();
}

}  // namespace

std::string without(std::string_view text, std::initializer_list<std::string_view> members) {
  JsonDocument document;
  auto value = document.parse(text);
  if (!value) return std::string{text};
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, member] : value->members())
    if (std::find(members.begin(), members.end(), name) == members.end()) json.key(name).raw(member.to_json());
  json.end_object();
  return std::move(json).text();
}

Result<GithubRepository> GithubRepository::load(const fs::path& folder) {
  GithubRepository repository{folder.filename().string(), TRY(read_file(folder / "repository.json")), {}};
  JsonDocument document;
  std::error_code ignored;
  for (auto name : kLists) {
    auto& list = repository.lists[std::string{name}];
    for (int page = 1; fs::exists(folder / fmt::format("{}.page{}.json", name, page), ignored); ++page) {
      auto path = folder / fmt::format("{}.page{}.json", name, page);
      auto text = TRY(read_file(path));
      auto items = TRY(document.parse(text).in(path.string()));
      for (const auto& item : items.items()) list.push_back(item_of(item));
    }
  }
  // By pull request, and the earlier first: how the reviews of one are looked up.
  std::stable_sort(repository.lists["reviews"].begin(), repository.lists["reviews"].end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return repository;
}

const GithubList& GithubRepository::list(std::string_view name) const {
  static const GithubList kNone;
  auto found = lists.find(name);
  return found == lists.end() ? kNone : found->second;
}

std::string github_graph(const GithubRepository& repository, const std::map<std::string, std::string, std::less<>>& names) {
  JsonDocument document;
  JsonWriter json;
  json.begin_object().key("__typename").value("Repository");
  if (auto about = document.parse(repository.about)) {
    rename(json, *about, {{"id", "databaseId"}, {"name", "name"}, {"full_name", "nameWithOwner"}, {"html_url", "url"}, {"description", "description"}, {"private", "isPrivate"}, {"fork", "isFork"},
                          {"archived", "isArchived"}, {"created_at", "createdAt"}, {"updated_at", "updatedAt"}, {"pushed_at", "pushedAt"}, {"stargazers_count", "stargazerCount"}, {"forks_count", "forkCount"}});
    json.key("owner").begin_object().key("__typename").value("Organization").key("login").raw((*about)["owner"]["login"].to_json()).end_object();
  }
  json.key("stargazers").begin_object().key("edges").begin_array();
  for (const auto& item : repository.list("stargazers")) {
    auto star = document.parse(item.json);
    if (!star) continue;
    json.begin_object().key("starredAt").value(item.created).key("node");
    actor(json, (*star)["user"], names);
    json.end_object();
  }
  json.end_array().end_object().key("pullRequests").begin_object().key("nodes").begin_array();
  for (const auto& item : repository.list("pulls"))
    if (auto pull = document.parse(item.json)) json.raw(pull_node(*pull, repository.list("reviews"), names));
  json.end_array().end_object().key("discussions").begin_object().key("nodes").begin_array();
  for (const auto& item : repository.list("discussions")) json.raw(item.json);
  json.end_array().end_object().end_object();
  return std::move(json).text();
}

}  // namespace rapport::sim
