// Time runs: day by day, conversations open, their posts fall due, people push, star and fork, works happen.
// Memory holds the days that conversations reach ahead and nothing of the past.
#pragma once

#include <memory>

#include "base/progress.h"
#include "base/result.h"
#include "sim/activity.h"
#include "sim/text/topics.h"

namespace rapport::sim {

// Everything made before time runs.
struct World {
  explicit World(const Parameters& parameters);
  Community community;
  Calendar calendar;
  Topics topics;
  std::vector<Work> works;

  std::int64_t second(int day) const;  // Unix time of its midnight, UTC
  int day_of(std::int64_t time) const;
};

// Runs from the first day to the last and tells `listener` everything. Deterministic. Returns how many activities
// there were, counted visits and sign-ups among them. Errors: kCancelled when Progress asks.
Result<std::int64_t> run_timeline(const World& world, Listener& listener, Progress& progress);

}  // namespace rapport::sim
