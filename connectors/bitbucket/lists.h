// What Bitbucket Cloud's API 2.0 lists of one repository: https://developer.atlassian.com/cloud/bitbucket/rest/
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "connectors/connector.h"
#include "connectors/json_api.h"

namespace rapport::bitbucket {

// Where the API is, and who asks. Copyable; what it says goes to `base` only.
struct Api {
  std::string base;  // "https://api.bitbucket.org/2.0", without a slash at its end
  HttpHeaders headers;
  bool has_token = false;
};

// Errors: as get_json().
Result<JsonAnswer> get(const Api& api, Http& http, const std::string& url, std::initializer_list<int> tolerated = {});
// The page behind this one, empty if it is the last. Errors: kUpstream when it leads to another server, which must not get
// our token.
Result<std::string> next_page(const Api& api, const JsonValue& root);

// "workspace/slug" of every repository of a workspace, in lower case. Errors: as get(); kNotFound when there is none.
Result<std::set<std::string>> repositories_of(const Api& api, Http& http, const std::string& workspace);

// One repository and one stream of it.
struct Place {
  Api api;
  Http* http = nullptr;
  std::string repository;  // "workspace/slug", in lower case
};

std::unique_ptr<Reader> read_repository(Place place, const std::string& cursor);
// Issues with their comments, by the date of change. A repository without a tracker has none.
std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor);
// Pull requests with their comments, approvals and end, by the date of change.
std::unique_ptr<Reader> read_pulls(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor);
// Who watches now. Without the right to read them a rejection that says so.
std::unique_ptr<Reader> read_watchers(Place place, const std::string& cursor);

}  // namespace rapport::bitbucket
