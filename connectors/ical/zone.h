// Time zones that a calendar brings along (RFC 5545, 3.6.5): which offset held at a local time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/ical/line.h"

namespace rapport::ical {

using Local = std::chrono::local_seconds;  // on the wall's clock

// "20240304T090000", with or without Z, or "20240304" (midnight).
std::optional<Local> parse_local(std::string_view text);

// One STANDARD or DAYLIGHT part: from `onset` on, and again each year where there is a rule, the clock is `to` ahead of UTC.
struct Observance {
  enum class Rule { kOnce, kYearly, kUnknown };
  std::optional<Local> onset, until;
  std::chrono::seconds from{0}, to{0};
  std::vector<Local> others;       // RDATE
  Rule rule = Rule::kOnce;
  unsigned month = 0;              // 1…12; 0 = as `onset`
  std::optional<unsigned> weekday; // 0 = Sunday; none = the day of `onset`
  int which = 0;                   // 2 = the second of the month, -1 = the last; 0 = the first on or after first_day
  unsigned first_day = 0;          // of BYMONTHDAY; 0 = none
};

class Zone {
 public:
  std::string name;
  std::vector<Observance> observances;

  // Nothing where the zone says nothing of it, or in a way that is not understood.
  std::optional<std::chrono::sys_seconds> utc(Local local) const;
};

// Takes over a property of a STANDARD or DAYLIGHT part.
void take_property(Observance& observance, const Line& line);

}  // namespace rapport::ical
