#include "connectors/gitlab/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/saved_files.h"

namespace rapport::gitlab {
namespace {

// The rules of GitLab for paths: letters, digits, "_", "-", ".", not beginning with "-".
bool is_path_part(std::string_view text) {
  if (text.empty() || text.size() > 255 || text == "." || text == ".." || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c >= 0x80 || c == '-' || c == '_' || c == '.'; });
}

bool is_path(std::string_view text, std::size_t least) {
  auto parts = split(text, '/');
  return parts.size() >= least && std::all_of(parts.begin(), parts.end(), is_path_part);
}

// First words of paths that GitLab keeps for itself (doc/user/reserved_names), and those that lead to pages of people.
constexpr std::array<std::string_view, 22> kReserved{"-",     "admin",  "api",      "assets", "dashboard", "explore", "favicon.ico", "groups", "health_check", "help",  "import",
                                                     "jwt",   "login",  "oauth",    "profile", "projects", "public",  "robots.txt",  "search", "uploads",      "users", "unsubscribes"};

std::string_view behind_host(std::string_view text) {
  auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return text;
  auto slash = text.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
}

std::string_view without_ending(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  return path;
}

Result<std::vector<std::string>> parse_paths(std::string_view text, std::string_view setting, std::string WebPage::*which) {
  std::vector<std::string> paths;
  for (auto part : listed(text)) {
    std::string_view trimmed{part};
    WebPage page;
    if (trimmed.find("://") != std::string_view::npos) page = page_of(behind_host(trimmed));
    else (page.*which) = without_ending(trimmed);
    auto path = page.*which;
    if (!is_path(path, which == &WebPage::project ? 2 : 1))
      return fail(Error::Kind::kBadInput, fmt::format("`{}` is to name {}s, not \"{}\"", setting, setting, elide(printable(trimmed), 80)),
                  setting == "project" ? "write project = \"group/name\", several separated by commas; for all of a group set `group`"
                                       : "write group = \"name\", several separated by commas; a person's name stands for all that is theirs");
    paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace

Api::Api(std::string instance, std::string token) : has_token_(!token.empty()) {
  server_ = {instance == "https://gitlab.com" ? "GitLab" : "GitLab at " + host_of_address(instance), instance + "/api/v4"};
  api_.site = server_.site;
  if (has_token_) api_.headers.emplace_back("Authorization", "Bearer " + token);
  api_.auth_fix = has_token_ ? fmt::format("check that the token is still valid, has the scope read_api and may see this project (make one at {}/-/user_settings/personal_access_tokens)", instance)
                             : fmt::format("this is not shown to everybody: make a token with the scope read_api at {}/-/user_settings/personal_access_tokens and set token = \"$NAME_OF_A_VARIABLE\"", instance);
  api_.address_fix = has_token_ ? "check `project`, `group` and `url`, and that the token may see it; all of a group is `group`, not `project`"
                                : "check `project`, `group` and `url`; what is not public needs a token that may see it, and all of a group is `group`, not `project`";
}

std::string Api::address(std::string_view project, std::string_view path) const {
  return fmt::format("{}/projects/{}{}", server_.base, percent_encoded(project), path);
}

Result<RestList> Api::list(Http& http, const std::string& url) const { return as_list(server_, url, TRY(get(http, url))); }

WebPage page_of(std::string_view path) {
  path = without_ending(path);
  // Pages of a project stand behind "/-/"; those of old without it, which only their owner can tell from a subgroup.
  if (auto inside = path.find("/-/"); inside != std::string_view::npos) path = path.substr(0, inside);
  if (path.ends_with("/-")) path.remove_suffix(2);
  WebPage page;
  if (path.starts_with("groups/")) {
    path.remove_prefix(7);
    if (is_path(path, 1)) page.group = path;
    return page;
  }
  auto first = path.substr(0, path.find('/'));
  if (std::find(kReserved.begin(), kReserved.end(), first) != kReserved.end() || !is_path(path, 1)) return page;
  (path.find('/') == std::string_view::npos ? page.group : page.project) = path;
  return page;
}

Result<std::vector<std::string>> parse_projects(std::string_view text) { return parse_paths(text, "project", &WebPage::project); }
Result<std::vector<std::string>> parse_groups(std::string_view text) { return parse_paths(text, "group", &WebPage::group); }

Result<> Projects::list_group(const Api& api, Http& http, const std::string& group) {
  auto url = fmt::format("{}/groups/{}/projects?include_subgroups=true&with_shared=false&archived=false&order_by=id&sort=asc&per_page=100", api.server().base, percent_encoded(group));
  bool of_person = false;
  while (!url.empty()) {
    auto list = api.list(http, url);
    if (!list && list.error().kind == Error::Kind::kNotFound && !of_person && group.find('/') == std::string::npos) {  // no group: a person
      of_person = true;
      url = fmt::format("{}/users/{}/projects?archived=false&order_by=id&sort=asc&per_page=100", api.server().base, percent_encoded(group));
      continue;
    }
    if (!list) return fail(std::move(list).in("projects of " + group).error());
    for (const auto& one : list->items) {
      auto path = one["path_with_namespace"].text();
      if (path.empty() || one["forked_from_project"].is_object()) continue;
      all_.push_back({lower_ascii(path), std::string{path}});
    }
    of_person = true;
    url = list->next;
  }
  return {};
}

Result<std::vector<ListedPlace>> Projects::all(const Api& api, Http& http) {
  if (listed_) return all_;
  all_.clear();
  for (const auto& path : projects_) all_.push_back({lower_ascii(path), path});
  for (const auto& group : groups_) TRY(list_group(api, http, group));
  std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  all_.erase(std::unique(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.key == b.key; }), all_.end());
  listed_ = true;
  return all_;
}

}  // namespace rapport::gitlab
