// Evaluates metrics over a window, with filters that no metric file has to know of: they stand between the file and
// the fact tables it reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "metrics/metric.h"
#include "store/store.h"

namespace rapport {

// Buckets begin on Mondays, firsts of months, and so on, in UTC.
enum class Grain { kDay, kWeek, kMonth, kQuarter, kYear };
std::string_view grain_name(Grain grain);  // "day", …
Result<Grain> parse_grain(std::string_view text);
Day bucket_start(Day day, Grain grain);
Day next_bucket(Day bucket, Grain grain);

// from <= day < to; evaluated over whole buckets: `from` is moved to the start of its bucket, `to` to the end of the last.
struct Window {
  Day from, to;
  Grain grain = Grain::kMonth;
};

// Who is counted.
enum class Who {
  kCommunity,  // humans who are not of the team
  kHumans,     // with the team
  kTeam,       // humans of the team; its bots are bots
  kBots,       // bots and AI agents
  kEveryone,   // all of them, and what has no author
};
std::string_view who_name(Who who);  // "community", …
Result<Who> parse_who(std::string_view text);

struct Filter {
  std::vector<std::string> sources, places, organizations;  // names; empty = all
  std::optional<Who> who;                                   // none = as the metric's header says
};

struct Point {
  Day at;                       // first day of the bucket
  std::optional<double> value;  // none: nothing to say about this bucket
  std::int64_t n = 0;           // events behind it
  bool few = false;             // a share or median of fewer than kFewEvents events: a list, not a rate
};
struct Series {
  std::string segment;
  std::vector<Point> points;  // one a bucket of the window, in order
};

// The condition on the columns of a fact table that a filter stands for ("true AND …"), for queries beside the metrics.
// `otherwise` is who counts where the filter does not say.
std::string filter_condition(const Filter& filter, Who otherwise);

// Series sorted by segment, except that the larger total comes first for counts. Errors: kBadInput with the SQL's message.
Result<std::vector<Series>> evaluate(Engine& store, const Metric& metric, const Window& window, const Filter& filter);

// One row a point, as programs read it: bucket, segment, value, n, few.
Table table_of(const std::vector<Series>& all);

// One of the activities behind a point.
struct EvidenceItem {
  std::int64_t activity_id = 0, thread_id = 0, person_id = 0;  // 0 = none
  std::string kind, person, person_kind, organization, source, place, title, excerpt, url;
  bool is_team = false;
  Time happened_at;
};
struct Evidence {
  std::int64_t total = 0;
  std::vector<EvidenceItem> items;  // newest first, from `offset`, at most `limit`
};
// The activities behind the point of `segment` in the bucket that holds `at`.
Result<Evidence> evidence_of(Engine& store, const Metric& metric, Day at, Grain grain, std::string_view segment, const Filter& filter,
                             std::int64_t limit, std::int64_t offset);

// The days on which anything happened, first and last; nothing in an empty store.
struct DataSpan {
  Day first, last;
};
Result<std::optional<DataSpan>> data_span(Engine& store);

}  // namespace rapport
