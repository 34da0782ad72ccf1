// The live API (version 2.3), into the same staging tables as a dump.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace rapport::stackexchange {

struct Site {
  std::string api;   // "https://api.stackexchange.com", no slash at the end
  std::string host;  // "gardening.stackexchange.com"
  std::string key;   // empty = without one
  std::vector<std::string> tags;  // each a list of its own; "a;b" = questions that have both
};

// Errors: kBadInput for settings that cannot work.
Result<Site> site_of(const Settings& settings);

// Questions by the date of their last activity, each with its answers, its comments and their writers.
std::unique_ptr<Reader> read_live(const Site& site, const std::string& cursor, Http& http);

// "https://stackoverflow.com/questions/tagged/kelvane+sdk": the host and the tags; both empty if it is no such address.
struct TaggedAddress {
  std::string host, tags;
};
TaggedAddress tagged_address(std::string_view url);

}  // namespace rapport::stackexchange
