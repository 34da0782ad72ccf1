// How figures are spelled in reports.
#pragma once

#include <string>
#include <vector>

#include "metrics/evaluate.h"

namespace rapport {

std::string with_thousands(double number);              // 36,990; at most one decimal place under 10
std::string bucket_label(Day at, Grain grain);           // 2016, 2016 Q2, Mar 2016, 4 Mar 2016
std::string duration_label(double hours);                // 40 min, 3.2 h, 5.1 days
std::string value_label(const Metric& metric, const std::optional<double>& value);  // 93 %, 3.2 h, 402; "–" for none
// "+12 %", "-3 points"; "–" where there is nothing to compare.
std::string change_label(const Metric& metric, const std::optional<double>& change);
// One character a point, ▁ to █ by its share of the largest; a blank where there is no value.
std::string sparkline(const std::vector<Point>& points);

}  // namespace rapport
