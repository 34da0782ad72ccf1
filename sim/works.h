// What the team does, and what it truly changes. The effect of a work on a series is
//   lift · shape(days since) · baseline · outside factor
// so effects of overlapping works add up, and the counterfactual without one of them is the expectation minus its
// effect. Most works change nothing; that is part of the truth.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/calendar.h"
#include "sim/community.h"

namespace rapport::sim {

enum class Series : std::uint8_t { kVisits, kSignups, kFirstCalls, kNpm, kPypi, kQuestions };
inline constexpr std::size_t kSeries = 6;
std::string_view series_name(Series series);  // "visits", "signups", "first_calls", "npm_downloads", …

enum class Shape : std::uint8_t {
  kPulse,    // 1 for `span` days
  kDelayed,  // nothing for `delay` days, then as kPulse
  kLasting,  // 1 from the first day on
  kFading,   // halves every `span` days
};
std::string_view shape_name(Shape shape);

struct Effect {
  Series series;
  Shape shape;
  double lift = 0;           // relative to the baseline; negative for questions that a page made unnecessary
  int delay = 0, span = 1;   // days
  double at(int days_since) const;  // lift · shape; 0 before the work
};

enum class WorkKind : std::uint8_t { kPost, kTutorial, kTalk, kWorkshop, kRelease, kCampaign, kPodcast };
std::string_view work_kind_name(WorkKind kind);

struct Work {
  std::uint32_t number = 0;  // "w0001" is number 1; in order of day
  WorkKind kind = WorkKind::kPost;
  int day = 0;
  std::string title, slug, version;  // version: of releases
  std::uint16_t topic = 0;
  PersonId owner = 0;
  std::string audience;              // "backend developers"
  int reached = 0;                   // people in the room, readers in the first week
  double hours = 0, cost = 0;        // cost in EUR
  std::string link;                  // tagged
  std::vector<Effect> effects;       // empty = it truly changed nothing
};

std::vector<Work> make_works(const Community& community, const Calendar& calendar);

}  // namespace rapport::sim
