#include "report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace rapport {

std::string with_thousands(double number) {
  if (std::abs(number) < 10 && number != std::floor(number)) return fmt::format("{:.1f}", number);
  return with_thousands(static_cast<std::int64_t>(std::llrint(number)));
}

std::string bucket_label(Day at, Grain grain) {
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::chrono::year_month_day date{at};
  auto year = static_cast<int>(date.year());
  auto month = static_cast<unsigned>(date.month());
  switch (grain) {
    case Grain::kYear: return fmt::format("{}", year);
    case Grain::kQuarter: return fmt::format("{} Q{}", year, (month - 1) / 3 + 1);
    case Grain::kMonth: return fmt::format("{} {}", kMonths[month - 1], year);
    default: return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), kMonths[month - 1], year);
  }
}

std::string duration_label(double hours) {
  if (hours < 1.0 / 60) return "under a minute";
  if (hours < 1) return fmt::format("{:.0f} min", hours * 60);
  if (hours < 48) return fmt::format("{:.1f} h", hours);
  return fmt::format("{:.1f} days", hours / 24);
}

std::string value_label(const Metric& metric, const std::optional<double>& value) {
  if (!value) return "–";
  if (metric.shape == Metric::Shape::kShare) return fmt::format("{:.0f} %", 100 * *value);
  if (metric.unit.starts_with("hours")) return duration_label(*value);
  return with_thousands(*value);
}

std::string change_label(const Metric& metric, const std::optional<double>& change) {
  if (!change) return "–";
  double percent = 100 * *change;
  if (std::abs(percent) < 0.5) return "±0";
  return fmt::format("{:+.0f} {}", percent, metric.shape == Metric::Shape::kShare ? "points" : "%");
}

std::string sparkline(const std::vector<Point>& points) {
  static constexpr std::array kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double most = 0;
  for (const auto& point : points) most = std::max(most, point.value.value_or(0));
  std::string out;
  for (const auto& point : points) {
    if (!point.value) {
      out += ' ';
      continue;
    }
    auto level = most <= 0 ? 0 : static_cast<std::size_t>(std::lround(7 * std::max(0.0, *point.value) / most));
    out += kBlocks[std::min<std::size_t>(7, level)];
  }
  return out;
}

}  // namespace rapport
