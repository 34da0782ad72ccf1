// The two shapes in which every registry's answers are kept, so that one model reads them all. Beside what the model needs
// each holds the registry's own words (`source`).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "connectors/connector.h"

namespace rapport::packages {

// One version of a package.
struct Release {
  std::string version = {};
  std::string published = {};  // as the registry wrote it; empty = it does not say
  std::string first_seen = {}; // instead, where a registry shows only its newest version: the day of the first reading that had it
  bool yanked = false;    // withdrawn: not to be used any more
  std::string yanked_reason = {};
  std::string deprecated = {}; // the registry's words why it should not be used; empty = it may be
  std::string login = {}, name = {}, email = {};  // who published it, where the registry tells
  std::string automation = {};          // the service that published it in place of a person ("github")
  std::string digest = {};              // tells one push of a moving name (a tag) from the next; empty for names that stay
};
// `source` is kept but for the members named in `without`: what is large and not about the release, and what changes with
// every reading.
void add_release(Page& page, std::string_view registry, const std::string& package, const Release& release, const JsonValue& source,
                 std::span<const std::string_view> without = {});

// What several files of one version say about it: it came out with the first, and is yanked when all are.
class Releases {
 public:
  void add_file(const std::string& version, std::string_view published, bool yanked, std::string_view yanked_reason, const JsonValue& file,
                std::span<const std::string_view> without = {});
  // A version without files, which the registry lists all the same.
  void add_version(const std::string& version) { versions_[version]; }
  void write(Page& page, std::string_view registry, const std::string& package) const;

 private:
  struct Version {
    std::string published, yanked_reason;
    std::size_t files = 0, yanked = 0;
    std::string source;  // JSON of the files, with commas between them
  };
  std::map<std::string, Version> versions_;
};

// Downloads of one day.
void add_day(Page& page, std::string_view registry, const std::string& package, std::string_view day, std::int64_t count, const std::string& source_json);
// Downloads since the beginning, as read on `day`.
struct Total {
  std::int64_t all = 0;
  std::map<std::string, std::int64_t> versions;  // of those the registry counts by themselves
};
void add_total(Page& page, std::string_view registry, const std::string& package, Day day, const Total& total);
// Downloads of the last `days` days, as read on `day`.
void add_window(Page& page, std::string_view registry, const std::string& package, Day day, int days, std::int64_t count);

}  // namespace rapport::packages
