// What the community talks about: topics that rise and fall on known dates, and the problems inside them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rapport::sim {

struct Problem {
  std::string_view name, api, error, cause, fix;
  std::vector<std::string_view> asks;  // the same problem in other words
  std::uint16_t topic = 0;
};

enum class Trend { kSteady, kRising, kFalling, kPeak };

struct Topic {
  std::string_view slug, title, page;  // page "-": the documentation does not cover it
  double weight = 1;
  Trend trend = Trend::kSteady;
  double from = 0, to = 1;  // of a peak, in fractions of the simulated time
  std::uint16_t first_problem = 0, problems = 0;

  bool is_documented() const { return page != "-"; }
  double weight_at(double fraction) const;  // fraction of the simulated time, 0..1
};

class Topics {
 public:
  Topics();  // from sim/data/topics.txt
  const std::vector<Topic>& topics() const { return topics_; }
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Topic> topics_;
  std::vector<Problem> problems_;
};

}  // namespace rapport::sim
