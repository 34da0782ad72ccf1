#include "sim/calendar.h"

#include <array>

namespace rapport::sim {

Calendar::Calendar(const Parameters& parameters) : start_(parameters.start) {
  Random random{parameters.seed, Purpose::kCalendar, 0};
  for (int year = 0; year < parameters.years; ++year) {
    int base = year * 365;
    auto some_day = [&] { return base + random.range(20, 330); };
    outside_.push_back({"conference", some_day(), 3, 1.25, 1.3});
    outside_.push_back({"competitor outage", some_day(), 2, 1.6, 1.35});
    outside_.push_back({"outage", some_day(), 1, 1.1, 2.6});
    if (random.chance(0.7)) outside_.push_back({"press", some_day(), 4, 1.4, 1.05});
    auto first = std::chrono::year_month_day{start_ + std::chrono::days{base + 200}}.year();
    auto christmas = Day{first / 12 / 24};
    outside_.push_back({"holiday", static_cast<int>((christmas - start_).count()), 9, 0.55, 0.5});
  }
}

double Calendar::weekday(int day) const {
  constexpr std::array kFactors{0.5, 1.15, 1.25, 1.25, 1.2, 1.05, 0.6};  // from Sunday; they sum to 7
  return kFactors[std::chrono::weekday{date(day)}.c_encoding()];
}

double Calendar::season(int day) const {
  std::chrono::year_month_day date{this->date(day)};
  auto month = static_cast<unsigned>(date.month());
  if (month == 7) return 0.9;
  if (month == 8) return 0.8;
  if (month == 12) return 0.92;
  return month == 3 || month == 10 ? 1.08 : 1.0;
}

double Calendar::outside_visits(int day) const {
  double factor = 1;
  for (const auto& event : outside_)
    if (day >= event.from_day && day < event.from_day + event.days) factor *= event.visits;
  return factor;
}

double Calendar::outside_questions(int day) const {
  double factor = 1;
  for (const auto& event : outside_)
    if (day >= event.from_day && day < event.from_day + event.days) factor *= event.questions;
  return factor;
}

int second_of_day(Random& random, int utc_minutes) {
  // Share of a person's acts per local hour, in thousandths.
  constexpr std::array<int, 24> kHours{12, 7, 4, 3, 3, 4, 10, 22, 45, 68, 78, 74, 58, 62, 72, 74, 70, 60, 48, 46, 52, 54, 46, 28};
  int left = random.range(0, 999), hour = 0;
  while (hour < 23 && left >= kHours[static_cast<std::size_t>(hour)]) left -= kHours[static_cast<std::size_t>(hour++)];
  int local = hour * 3600 + random.range(0, 3599);
  return ((local - utc_minutes * 60) % 86400 + 86400) % 86400;
}

}  // namespace rapport::sim
