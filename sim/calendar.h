// How busy a day is, apart from who is there and what the team does: weekdays, seasons, holidays, bursts.
#pragma once

#include <string>
#include <vector>

#include "sim/parameters.h"
#include "sim/random.h"

namespace rapport::sim {

// Something from outside that moves several series at once: it looks like an effect of the team's work and is none.
struct Outside {
  std::string kind;  // "competitor outage", "holiday", "conference", "outage", "press"
  int from_day = 0, days = 1;
  double visits = 1, questions = 1;  // factors while it lasts
};

class Calendar {
 public:
  explicit Calendar(const Parameters& parameters);

  double weekday(int day) const;  // Monday to Friday about 1.2, weekends 0.5; the mean over a week is 1
  double season(int day) const;   // a summer dip, the end of December, the rest near 1
  double people(int day) const { return weekday(day) * season(day); }
  double outside_visits(int day) const;
  double outside_questions(int day) const;
  const std::vector<Outside>& outside() const { return outside_; }
  Day date(int day) const { return start_ + std::chrono::days{day}; }

 private:
  Day start_;
  std::vector<Outside> outside_;
};

// An hour-of-day in seconds at which somebody `utc_minutes` east acts: office hours, evenings, seldom at night.
// The result is in UTC, in [0, 86400).
int second_of_day(Random& random, int utc_minutes);

}  // namespace rapport::sim
