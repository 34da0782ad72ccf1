// The streams that GitLab's API lists, of one project each. A list that a project has switched off, or does not show to us
// (403, 404), is set aside with the reason and read from its beginning once it is shown.
#pragma once

#include <memory>
#include <string>

#include "connectors/gitlab/api.h"

namespace rapport::gitlab {

enum class Notes { kPeoples, kAll, kNone };
enum class Reactions { kCounts, kNames, kNone };

// What a Reader of one project needs. Outlived by nothing that it points to.
struct Place {
  std::shared_ptr<Api> api;
  Http* http = nullptr;
  ListedPlace project;
  Notes notes = Notes::kPeoples;
  Reactions reactions = Reactions::kCounts;
};

// The project itself: its name, counts of stars and forks now. An error where it is not there.
std::unique_ptr<Reader> read_project(Place place, const std::string& cursor);

// By the date of change: the last 90 days, then what is older, later what changed since.
std::unique_ptr<Reader> read_issues(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_merge_requests(Place place, const std::string& cursor);
// The same lists once more, 20 at a time, and of each item its notes and who reacted: one record an item. One request each, so
// issues that nobody commented on are only asked about where all notes are wanted.
std::unique_ptr<Reader> read_issue_notes(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_merge_request_notes(Place place, const std::string& cursor);

// Newest first.
std::unique_ptr<Reader> read_forks(Place place, const std::string& cursor);

// All of them each time.
std::unique_ptr<Reader> read_releases(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_starrers(Place place, const std::string& cursor);
std::unique_ptr<Reader> read_members(Place place, const std::string& cursor);

}  // namespace rapport::gitlab
