// The streams that GitHub's REST API lists, of one repository each.
#pragma once

#include <memory>
#include <string>

#include "connectors/connector.h"
#include "connectors/github/api.h"

namespace rapport::github {

enum class Reactions { kCounts, kNames, kNone };

// What a Reader of one repository needs. Outlived by nothing that it points to.
struct Place {
  std::shared_ptr<Api> api;
  Http* http = nullptr;
  Repository repository;
  Reactions reactions = Reactions::kCounts;
};

// The repository itself: its name, description, counts of stars and forks now.
std::unique_ptr<Reader> read_repository(Place place, const std::string& cursor);

// Listed by the date of change, oldest first.
std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor);  // pull requests among them
std::unique_ptr<Reader> read_comments(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_review_comments(Place place, const std::string& cursor);

// Listed newest first.
std::unique_ptr<Reader> read_pull_list(Place place, const std::string& cursor);  // without reviews; needs no token
std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_events(Place place, const std::string& cursor);

// Stars with their dates. GitHub lists them oldest first and no more than the first 40,000: read from the last page back.
std::unique_ptr<Reader> read_star_list(Place place, const std::string& cursor);

// Releases, all of them each time, and of each page the downloads of its files as a snapshot of today.
std::unique_ptr<Reader> read_releases(Place place, const std::string& cursor);

// Views, clones, referrers and paths of the last 14 days; one record a day, so that what GitHub forgets stays here. Read at
// most once an hour. Without the permission a rejection that says which one is needed.
std::unique_ptr<Reader> read_traffic(Place place, const std::string& cursor);

}  // namespace rapport::github
