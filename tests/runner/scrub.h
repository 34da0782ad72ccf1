// What differs from run to run, made equal: the case's own folder, instants of today, versions, process ids, ports.
#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rapport::test {

class Scrubber {
 public:
  // With the "# scrub: REGEX => TEXT" lines at the head of `case_text`. Errors: kBadInput for a bad expression.
  static Result<Scrubber> of(std::string_view case_text, std::string folder);
  std::string operator()(std::string text) const;

 private:
  std::string folder_;
  std::vector<std::pair<std::regex, std::string>> rules_;
};

}  // namespace rapport::test
