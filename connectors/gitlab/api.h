// Asking a GitLab (gitlab.com or somebody's own) by its API v4, and which of its projects a source is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/each_place.h"
#include "connectors/rest_list.h"

namespace rapport::gitlab {

class Api {
 public:
  // `instance`: "https://gitlab.com", or what stands before the projects' names elsewhere; without a slash at its end.
  Api(std::string instance, std::string token);

  bool has_token() const { return has_token_; }
  const RestServer& server() const { return server_; }
  // The address of something in a project: "<base>/projects/<group%2Fname><path>".
  std::string address(std::string_view project, std::string_view path) const;

  // Errors: as get_json().
  Result<JsonAnswer> get(Http& http, const std::string& url) const { return get_json(api_, http, url); }
  // Errors: also as as_list().
  Result<RestList> list(Http& http, const std::string& url) const;

 private:
  RestServer server_;
  bool has_token_;
  JsonApi api_;
};

// "group/name", "group/sub/name" or the address of a page of one; several by commas. Errors: kBadInput for what is none.
Result<std::vector<std::string>> parse_projects(std::string_view text);
// "group", "group/sub" or the address of one. Errors: as above.
Result<std::vector<std::string>> parse_groups(std::string_view text);

// What an address at a GitLab leads to, its host left out. Neither, where it is no page of a project or group.
struct WebPage {
  std::string project, group;
};
WebPage page_of(std::string_view path);

// The projects of one source. A group's, or a person's, are asked for once and remembered.
class Projects {
 public:
  Projects(std::vector<std::string> projects, std::vector<std::string> groups) : projects_(std::move(projects)), groups_(std::move(groups)) {}
  // Sorted by name, each once. Forks and archived ones are left out of a group's. Errors: as Api::list().
  Result<std::vector<ListedPlace>> all(const Api& api, Http& http);

 private:
  Result<> list_group(const Api& api, Http& http, const std::string& group);

  std::vector<std::string> projects_, groups_;
  bool listed_ = false;
  std::vector<ListedPlace> all_;
};

}  // namespace rapport::gitlab
