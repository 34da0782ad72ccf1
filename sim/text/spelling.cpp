#include "sim/text/spelling.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "base/time.h"

namespace rapport::sim {
namespace {

struct Clock {
  int year, month, day, hour, minute, second, weekday;
};

Clock clock_of(std::int64_t seconds) {
  auto days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400;
  Day day{std::chrono::days{days}};
  std::chrono::year_month_day date{day};
  int left = static_cast<int>(seconds - days * 86400);
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())), static_cast<int>(static_cast<unsigned>(date.day())), left / 3600, left / 60 % 60, left % 60,
          static_cast<int>(std::chrono::weekday{day}.c_encoding())};
}

}  // namespace

void append_iso(std::string& out, std::int64_t unix_seconds) {
  // Time runs day by day, so the date is mostly that of the last call.
  struct Last {
    std::int64_t begin = INT64_MIN;  // of the day
    char text[20] = "0000-00-00T00:00:00";
    void digits(int at, int width, int value) {
      for (int i = width - 1; i >= 0; --i, value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
    }
  };
  thread_local Last last;
  if (last.begin == INT64_MIN || unix_seconds < last.begin || unix_seconds >= last.begin + 86400) {
    auto clock = clock_of(unix_seconds);
    last.begin = unix_seconds - (clock.hour * 3600 + clock.minute * 60 + clock.second);
    last.digits(0, 4, clock.year), last.digits(5, 2, clock.month), last.digits(8, 2, clock.day);
  }
  auto left = static_cast<int>(unix_seconds - last.begin);
  last.digits(11, 2, left / 3600), last.digits(14, 2, left / 60 % 60), last.digits(17, 2, left % 60);
  out.append(last.text, sizeof last.text - 1);
}

std::string iso_utc(std::int64_t unix_seconds) {
  std::string out;
  append_iso(out, unix_seconds);
  return out += 'Z';
}

std::string iso_millis(std::int64_t unix_seconds, std::uint64_t key) {
  std::string out;
  append_iso(out, unix_seconds);
  fmt::format_to(std::back_inserter(out), ".{:03}Z", key % 1000);
  return out;
}

std::string rfc2822(std::int64_t unix_seconds, int utc_minutes) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto clock = clock_of(unix_seconds + utc_minutes * 60);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} {}{:02}{:02}", kDays[clock.weekday], clock.day, kMonths[clock.month - 1], clock.year, clock.hour, clock.minute,
                     clock.second, utc_minutes < 0 ? '-' : '+', std::abs(utc_minutes) / 60, std::abs(utc_minutes) % 60);
}

std::string slug_of(std::string_view title) {
  std::string slug;
  for (char c : lower_ascii(title)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) slug += c;
    else if (!slug.empty() && slug.back() != '-') slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

std::string cooked(std::string_view markdown) {
  return "<p>" + replace_all(replace_all(html_escaped(markdown), "\n\n", "</p>\n<p>"), "\n1.", "<br>\n1.") + "</p>";
}

}  // namespace rapport::sim
