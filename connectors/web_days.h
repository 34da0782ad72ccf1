// What servers of web analytics count of a site day by day, in one shape: visits by where they came from, and views of pages.
// Shared by the connectors that ask such servers; web_days.sql is the meaning of its records.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport {

inline constexpr std::string_view kVisitsStream = "visits", kViewsStream = "views";

// Where the visits of one day came from. Each visit has one origin, so that they add up to the visits of the day.
struct VisitsOfDay {
  std::string day;                       // 2025-12-31, in the site's own time zone
  std::string source, medium, campaign;  // "Google", "search"; empty = none, or not told
  std::int64_t visits = 0, visitors = 0;
};
// Views of one page on one day.
struct ViewsOfDay {
  std::string day, host, page;  // "docs.example.org", "/start"; the host may be empty
  std::int64_t views = 0, visitors = 0;
};
RawRecord record_of(const VisitsOfDay& visits);
RawRecord record_of(const ViewsOfDay& views);

struct DaysAsk {
  Day from, to;       // both are wanted
  std::string token;  // where to go on within them; empty = at their beginning
};
struct DaysAnswer {
  Page page;          // `next` and `caught_up` are filled in
  std::string token;  // asks for more of these days; empty = this was the last
};

// Goes down from today, a month a request, to the first day that there is; later passes to the last day of the pass before
// less `look_back`, because the counts of young days still grow. `first_day` is asked once; none = the site has no counts yet.
std::unique_ptr<Reader> read_days(std::string cursor, Day today, std::chrono::seconds look_back, std::function<Result<std::optional<Day>>()> first_day,
                                  std::function<Result<DaysAnswer>(const DaysAsk& ask)> fetch);

// The model of a source that has these two streams. `site`: what its place is called; empty = as the source.
std::string web_days_model(std::string_view site);

}  // namespace rapport
