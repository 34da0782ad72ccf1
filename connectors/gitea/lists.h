// The streams that the API of Gitea and Forgejo (v1) lists, of one repository each. A list that a repository has switched off,
// or does not show to us, is set aside with the reason and read from its beginning once it is shown.
#pragma once

#include <memory>
#include <string>

#include "connectors/repositories.h"

namespace rapport::gitea {

class Api {
 public:
  // `instance`: "https://codeberg.org"; without a slash at its end.
  Api(const std::string& instance, const std::string& token);

  const RestServer& server() const { return server_; }
  // The address of something in a repository: "<base>/repos/<owner>/<name><path>".
  std::string address(const Repository& repository, std::string_view path) const;
  // Errors: as get_json().
  Result<JsonAnswer> get(Http& http, const std::string& url) const { return get_json(api_, http, url); }
  // A list that is empty may come as null. Errors: also as as_list().
  Result<RestList> list(Http& http, const std::string& url) const;

 private:
  RestServer server_;
  JsonApi api_;
};

// What a Reader of one repository needs. Outlived by nothing that it points to.
struct Place {
  std::shared_ptr<Api> api;
  Http* http = nullptr;
  Repository repository;
};

// The repository itself: its name, counts of stars and forks now. An error where it is not there.
std::unique_ptr<Reader> read_repository(Place place, const std::string& cursor);

// What changed since, in the order of their creation.
std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor);  // without pull requests
std::unique_ptr<Reader> read_comments(Place place, const std::string& cursor);
// Issues and pull requests once more, 20 at a time, and of each who reacted: one request each.
std::unique_ptr<Reader> read_reactions(Place place, const std::string& cursor);

// Newest change first.
std::unique_ptr<Reader> read_pulls(Place place, const std::string& cursor);
// Pull requests once more, 20 at a time, and of each its reviews and what they say of lines: one request each and one a
// review that does.
std::unique_ptr<Reader> read_reviews(Place place, const std::string& cursor);

// All of them each time.
std::unique_ptr<Reader> read_releases(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor);
// Nobody tells when a star was given. A star that the first pass finds is older than it and has no date; of one that a later
// pass finds first, `updated_at` is that pass's time.
std::unique_ptr<Reader> read_stargazers(Place place, const std::string& cursor);

}  // namespace rapport::gitea
