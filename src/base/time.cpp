#include "base/time.h"

#include <fmt/format.h>

#include <atomic>
#include <optional>

namespace rapport {
namespace {

// A cursor over digits; every reader says whether it found what it wanted.
struct Digits {
  std::string_view rest;

  std::optional<int> number(std::size_t width) {
    if (rest.size() < width) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  bool literal(char wanted) {
    if (rest.empty() || rest.front() != wanted) return false;
    rest.remove_prefix(1);
    return true;
  }
};

tl::unexpected<Error> not_a_time(std::string_view text) {
  return fail(Error::Kind::kBadInput, fmt::format("not a date or time: \"{}\"", text.substr(0, 40)),
              "write it as 2021-03-04 or 2021-03-04T05:06:07Z");
}

std::optional<Day> read_day(Digits& digits) {
  auto year = digits.number(4);
  if (!year || *year == 0 || !digits.literal('-')) return std::nullopt;
  auto month = digits.number(2);
  if (!month || !digits.literal('-')) return std::nullopt;
  auto day = digits.number(2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                   std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return Day{date};
}

std::optional<std::chrono::minutes> read_offset(Digits& digits) {
  if (digits.rest.empty() || digits.literal('Z') || digits.literal('z')) return std::chrono::minutes{0};
  if (digits.rest == "UTC" || digits.rest == "GMT") {
    digits.rest = {};
    return std::chrono::minutes{0};
  }
  int sign = digits.literal('+') ? 1 : digits.literal('-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  auto hours = digits.number(2);
  if (!hours) return std::nullopt;
  digits.literal(':');
  auto minutes = digits.rest.empty() ? std::optional<int>{0} : digits.number(2);
  if (!minutes) return std::nullopt;
  return std::chrono::minutes{sign * (*hours * 60 + *minutes)};
}

}  // namespace

namespace {
std::atomic<std::int64_t> stopped_at_us{0};  // 0 = the clock runs
}  // namespace

Time now() {
  if (auto us = stopped_at_us.load(std::memory_order_relaxed); us != 0) return Time{std::chrono::microseconds{us}};
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

StoppedClock::StoppedClock(Time at) { stopped_at_us = at.time_since_epoch().count(); }
StoppedClock::~StoppedClock() { stopped_at_us = 0; }

Time time_from_unix(std::int64_t seconds) { return Time{std::chrono::seconds{seconds}}; }

Result<Time> parse_time(std::string_view text) {
  Digits digits{text};
  auto day = read_day(digits);
  if (!day) return not_a_time(text);
  Time time{*day};
  if (digits.rest.empty()) return time;
  if (!digits.literal('T') && !digits.literal(' ') && !digits.literal('t')) return not_a_time(text);
  auto hour = digits.number(2);
  if (!hour || *hour > 24 || !digits.literal(':')) return not_a_time(text);
  auto minute = digits.number(2);
  if (!minute || *minute > 59) return not_a_time(text);
  int second = 0;
  if (digits.literal(':')) {
    auto read = digits.number(2);
    if (!read || *read > 60) return not_a_time(text);
    second = *read;
  }
  time += std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{second};
  if (digits.literal('.') || digits.literal(',')) {
    std::int64_t scale = 100000;
    bool any = false;
    while (auto digit = digits.number(1)) {
      time += std::chrono::microseconds{*digit * scale};
      scale /= 10;
      any = true;
    }
    if (!any) return not_a_time(text);
  }
  digits.literal(' ');
  auto offset = read_offset(digits);
  if (!offset) return not_a_time(text);
  if (!digits.rest.empty()) return not_a_time(text);
  return time - *offset;
}

Result<Day> parse_day(std::string_view text) {
  std::string full{text};
  if (text.size() == 4) full += "-01-01";
  if (text.size() == 7) full += "-01";
  Digits digits{full};
  auto day = read_day(digits);
  if (!day || !digits.rest.empty())
    return fail(Error::Kind::kBadInput, fmt::format("not a date: \"{}\"", text.substr(0, 40)),
                "write it as 2021, 2021-03 or 2021-03-04");
  return *day;
}

std::string format_time(Time time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::hh_mm_ss clock{time - day};
  auto micros = clock.subseconds().count();
  auto text = fmt::format("{}T{:02}:{:02}:{:02}", format_day(day), clock.hours().count(), clock.minutes().count(),
                          clock.seconds().count());
  if (micros % 1000 != 0) text += fmt::format(".{:06}", micros);
  else if (micros != 0) text += fmt::format(".{:03}", micros / 1000);
  return text + "Z";
}

std::string format_day(Day day) {
  std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Day month_start(Day day, int months) {
  std::chrono::year_month_day date{day};
  return Day{(date.year() / date.month() + std::chrono::months{months}) / std::chrono::day{1}};
}

}  // namespace rapport
