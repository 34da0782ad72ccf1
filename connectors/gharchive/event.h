// One line of an hour file -> rows. Two shapes: since 2015 `actor` and `repo` are objects and events have ids; before, the
// timeline had `actor` as a name, `repository` as an object, and commits as arrays in `payload.shas`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "connectors/connector.h"

namespace rapport::gharchive {

// gharchive_event: one row an event; gharchive_commit: one a distinct commit that a push lists.
std::span<const StagingTable> staging_tables();

// Which repositories are wanted: "org/*", "org/name", in lower case; empty = all.
class RepositoryFilter {
 public:
  static RepositoryFilter parse(std::string_view setting);
  bool takes(std::string_view repository) const;
  bool takes_all() const { return patterns_.empty(); }
  // False only where a line surely names no wanted repository: spares the parsing of most lines of a whole hour.
  bool may_take(std::string_view line) const;

 private:
  std::vector<std::string> patterns_;  // with * and ?
  std::vector<std::string> starts_;    // of the patterns, up to their first wildcard
};

// REQUIRES: `rows` are of staging_tables(). Returns why the line is no event; empty if it went in or is not wanted.
std::string read_event(JsonDocument& document, std::string_view line, const RepositoryFilter& filter, std::vector<RowBatch>& rows);

// Hours of 2011 to 2014 hold lines with several objects on them. The first object of `text`; the whole of it if there is one.
std::string_view first_object(std::string_view text);

}  // namespace rapport::gharchive
