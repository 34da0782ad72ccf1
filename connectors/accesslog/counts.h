// Hits -> counts of a day. Who visited is known only as long as the day is being counted, and only as a number that a random
// salt of that day made of address and user agent: neither is written anywhere.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "connectors/accesslog/hit.h"
#include "connectors/connector.h"
#include "connectors/input_walk.h"

namespace rapport::accesslog {

std::span<const StagingTable> staging_tables();

class DayCounts {
 public:
  explicit DayCounts(InputWalk::Place first);
  void add(const Hit& hit, std::string_view own_hosts);
  // One row a (class, path, referrer, campaign, program). `log` names the log by its content.
  void write(Day day, std::string_view log, RowBatch& rows) const;
  InputWalk::Place first() const { return first_; }  // of its lines
  // Entries held; what memory grows with.
  std::size_t size() const { return groups_.size() + seen_.size(); }

 private:
  struct Group {
    std::string cells[8];
    std::int64_t views = 0, visitors = 0;
    std::uint64_t number = 0;
  };
  InputWalk::Place first_;
  std::string salt_;
  std::unordered_map<std::string, Group> groups_;
  std::unordered_set<std::uint64_t> seen_;  // visitor and group
};

}  // namespace rapport::accesslog
