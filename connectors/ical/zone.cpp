#include "connectors/ical/zone.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace rapport::ical {
namespace {

using std::chrono::days;
using std::chrono::seconds;

std::optional<int> number(std::string_view text) {
  int value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "+0530", "-0800", "+013045".
std::optional<seconds> parse_offset(std::string_view text) {
  if ((text.size() != 5 && text.size() != 7) || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  auto part = [&](std::size_t at) { return at < text.size() ? number(text.substr(at, 2)) : std::optional{0}; };
  auto hours = part(1), minutes = part(3), rest = part(5);
  if (!hours || !minutes || !rest) return std::nullopt;
  int value = *hours * 3600 + *minutes * 60 + *rest;
  return seconds{text[0] == '-' ? -value : value};
}

void take_rule(Observance& observance, std::string_view rule) {
  observance.rule = Observance::Rule::kUnknown;
  bool yearly = false;
  for (auto part : split(rule, ';')) {
    auto equals = part.find('=');
    if (equals == std::string_view::npos) return;
    auto name = part.substr(0, equals), value = part.substr(equals + 1);
    if (name == "FREQ") {
      yearly = value == "YEARLY";
    } else if (name == "UNTIL") {
      observance.until = parse_local(value);
      if (!observance.until) return;
    } else if (name == "BYMONTH") {
      auto month = number(value);
      if (!month || *month < 1 || *month > 12) return;
      observance.month = static_cast<unsigned>(*month);
    } else if (name == "BYDAY") {
      constexpr std::string_view kDays = "SUMOTUWETHFRSA";
      auto day = value.size() < 2 ? std::string_view::npos : kDays.find(value.substr(value.size() - 2));
      auto which = value.size() == 2 ? std::optional{0} : number(value.substr(0, value.size() - std::min<std::size_t>(2, value.size())));
      if (day == std::string_view::npos || day % 2 != 0 || !which || *which < -5 || *which > 5) return;
      observance.weekday = static_cast<unsigned>(day / 2);
      observance.which = *which;
    } else if (name == "BYMONTHDAY") {
      auto first = number(value.substr(0, value.find(',')));
      if (!first || *first < 1 || *first > 31) return;
      observance.first_day = static_cast<unsigned>(*first);
    } else if (name != "WKST" && part != "INTERVAL=1") {
      return;
    }
  }
  if (yearly) observance.rule = Observance::Rule::kYearly;
}

// When the observance begins in `year`. REQUIRES: rule == kYearly and an onset.
std::optional<Local> onset_in(const Observance& observance, std::chrono::year year) {
  auto first = std::chrono::floor<days>(*observance.onset);
  std::chrono::year_month_day began{first};
  auto month = observance.month == 0 ? began.month() : std::chrono::month{observance.month};
  std::chrono::local_days day;
  if (!observance.weekday) {
    auto same = year / month / (observance.first_day == 0 ? began.day() : std::chrono::day{observance.first_day});
    if (!same.ok()) return std::nullopt;
    day = std::chrono::local_days{same};
  } else {
    std::chrono::weekday weekday{*observance.weekday};
    if (observance.which < 0) {
      day = std::chrono::local_days{year / month / weekday[std::chrono::last]} - days{7 * (-observance.which - 1)};
    } else {
      std::chrono::local_days from{year / month / std::chrono::day{observance.first_day == 0 ? 1 : observance.first_day}};
      day = from + (weekday - std::chrono::weekday{from}) + days{7 * std::max(0, observance.which - 1)};
    }
  }
  return day + (*observance.onset - first);
}

}  // namespace

std::optional<Local> parse_local(std::string_view text) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  if (text.size() != 8 && (text.size() != 15 || text[8] != 'T')) return std::nullopt;
  auto part = [&](std::size_t at, std::size_t length) {
    if (at >= text.size()) return 0;
    auto digits = text.substr(at, length);
    bool plain = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return plain ? number(digits).value_or(-1) : -1;
  };
  int year = part(0, 4), month = part(4, 2), day = part(6, 2), hour = part(9, 2), minute = part(11, 2), second = part(13, 2);
  if (year < 1 || month < 0 || day < 0 || hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)}, std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::local_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} + seconds{second};
}

std::optional<std::chrono::sys_seconds> Zone::utc(Local local) const {
  const Observance* holds = nullptr;
  std::optional<Local> since;
  const Observance* earliest = nullptr;
  for (const auto& observance : observances) {
    if (!observance.onset || observance.rule == Observance::Rule::kUnknown) return std::nullopt;
    if (earliest == nullptr || *observance.onset < *earliest->onset) earliest = &observance;
    auto note = [&](Local onset) {
      if (onset > local || (since && onset < *since)) return;
      since = onset;
      holds = &observance;
    };
    note(*observance.onset);
    for (auto other : observance.others) note(other);
    if (observance.rule == Observance::Rule::kOnce) continue;
    auto year = std::chrono::year_month_day{std::chrono::floor<days>(local)}.year();
    if (observance.until) {  // what began last before the end still holds
      auto last = std::chrono::year_month_day{std::chrono::floor<days>(*observance.until)}.year();
      year = std::min(year, last);
    }
    // `until` is in UTC: a day off at its edge does no harm, because rules end months after an onset.
    for (auto at : {year, year - std::chrono::years{1}})
      if (auto onset = onset_in(observance, at); onset && *onset >= *observance.onset && (!observance.until || *onset <= *observance.until + days{1})) note(*onset);
  }
  if (earliest == nullptr) return std::nullopt;
  if (holds == nullptr) return std::chrono::sys_seconds{local.time_since_epoch() - earliest->from};
  bool in_gap = local < *since + (holds->to - holds->from);  // a time that no clock showed: as before the change
  return std::chrono::sys_seconds{local.time_since_epoch() - (in_gap ? holds->from : holds->to)};
}

void take_property(Observance& observance, const Line& line) {
  if (line.name == "DTSTART") observance.onset = parse_local(line.value);
  else if (line.name == "TZOFFSETFROM") observance.from = parse_offset(line.value).value_or(observance.from);
  else if (line.name == "TZOFFSETTO") {
    if (auto offset = parse_offset(line.value)) observance.to = *offset;
    else observance.rule = Observance::Rule::kUnknown;
  } else if (line.name == "RRULE") take_rule(observance, line.value);
  else if (line.name == "RDATE") {
    for (auto date : split(line.value, ','))
      if (auto other = parse_local(date)) observance.others.push_back(*other);
  }
}

}  // namespace rapport::ical
