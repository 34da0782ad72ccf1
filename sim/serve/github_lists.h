// What the format `github` wrote of one repository, as lists to page and sort.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace rapport::sim {

struct GithubItem {
  std::string json;
  std::int64_t number = 0;       // of an issue or pull request; of the one that a comment, review or event belongs to
  std::string created, updated;  // ISO; updated is created where there is no other
  bool open = false;             // state
};

using GithubList = std::vector<GithubItem>;

struct GithubRepository {
  std::string name, about;  // about: what GET /repos/{owner}/{repo} tells
  std::map<std::string, GithubList, std::less<>> lists;

  // Errors: kCorrupt files.
  static Result<GithubRepository> load(const std::filesystem::path& folder);
  const GithubList& list(std::string_view name) const;  // empty if there is none
};

// The repository as GraphQL sees it: JSON for answer_graphql(). `names`: login -> name, of those who give one.
std::string github_graph(const GithubRepository& repository, const std::map<std::string, std::string, std::less<>>& names);

// The JSON object without some of its members.
std::string without(std::string_view json, std::initializer_list<std::string_view> members);

}  // namespace rapport::sim
