// What changed in a community this period against the one before: every metric compared, the people, and the threads
// that wait for a reply. The web page, the terminal and the HTML report all show this one answer.
//
// reads   activity_people, thread_people
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/evaluate.h"

namespace rapport {

enum class Verdict {
  kBetter,   // by the metric's own direction
  kWorse,
  kChanged,  // beyond chance, where neither direction is better
  kFlat,     // within what chance does to this metric
  kUnclear,  // too few events to say
};
std::string_view verdict_name(Verdict verdict);  // "better", …

struct Comparison {
  const Metric* metric = nullptr;
  std::string segment;
  Point now, before;
  std::optional<double> change;  // counts and medians: (now - before) / before; shares: now - before
  Verdict verdict = Verdict::kUnclear;
};

struct PersonCount {
  std::int64_t person_id = 0;
  std::string name, organization;
  bool is_team = false;
  std::int64_t activities = 0, answers = 0;  // answers: replies in threads of others
};

struct ThreadItem {
  std::int64_t thread_id = 0;
  std::string title, url, place, opened_by;
  Time opened_at;
  std::int64_t responses = 0;
  bool answered = false;  // an answer was accepted
};

struct CommunityQuery {
  std::optional<Day> at;  // a day in the period; none = the last complete period
  Grain grain = Grain::kMonth;
  Filter filter;
  Day today;              // a period that holds it has not ended
};

struct Community {
  Grain grain = Grain::kMonth;
  Day from, to, before_from;
  bool complete = true;  // over, and the data reaches into its last tenth; else no verdict is given
  std::vector<Comparison> comparisons;         // in the order of metrics(), then of segments
  std::vector<PersonCount> people, newcomers;  // most active first, at most 10
  std::vector<ThreadItem> unanswered;          // oldest first, at most 20
  std::vector<ThreadItem> busiest;             // most responses first, at most 10
};

// Errors: kNotFound in an empty store.
Result<Community> community_of(Engine& store, const CommunityQuery& query);

// How a change is judged. `history` is the metric's values in the buckets before `before`, oldest first, and `before`
// itself. A difference counts when it is beyond 1.96 standard deviations of what counting alone does (Poisson for
// counts, binomial for shares), and beyond 2.5 usual steps from bucket to bucket so far (median absolute difference
// × 1.4826). Under kFewEvents events it is unclear. False alarms measured by bench/verdict_false_alarms.py: 2 to 7 %,
// see docs/decisions/0004-the-verdict-rule.md. O(history).
Verdict judge(const Metric& metric, const Point& now, const Point& before, const std::vector<double>& history);

}  // namespace rapport
