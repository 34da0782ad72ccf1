// Instants in UTC at microsecond resolution, the resolution of the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rapport {

using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Day = std::chrono::sys_days;

Time now();
// now() stands still at `at` as long as this lives. For tests: a program that asks for "the last 90 days" asks the same
// each time. One at a time.
class StoppedClock {
 public:
  explicit StoppedClock(Time at);
  ~StoppedClock();
  StoppedClock(const StoppedClock&) = delete;
  StoppedClock& operator=(const StoppedClock&) = delete;
};
Time time_from_unix(std::int64_t seconds);

// Reads an ISO 8601 / RFC 3339 instant: "2021-03-04T05:06:07.123Z", "…+02:00", "… 05:06:07", or a bare day
// (midnight UTC). A missing offset means UTC. Years 1 to 9999.
Result<Time> parse_time(std::string_view text);
// Reads "2021", "2021-03" or "2021-03-04": the first day of what is named.
Result<Day> parse_day(std::string_view text);

std::string format_time(Time time);  // 2021-03-04T05:06:07Z, with a fraction only where there is one
std::string format_day(Day day);     // 2021-03-04

// The first day of the month that holds `day`, moved by `months`.
Day month_start(Day day, int months = 0);

}  // namespace rapport
