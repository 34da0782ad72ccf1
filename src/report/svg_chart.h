// Charts as SVG text that take their colours from CSS variables of the page around them.
#pragma once

#include <string>
#include <vector>

#include "metrics/evaluate.h"

namespace rapport {

// Bars for counts, a line with gaps for shares and medians; points of few events are hollow. Every mark has a title
// that says bucket and value, so that it can be read by pointing and by screen readers.
std::string svg_chart(const Metric& metric, const std::vector<Point>& points, Grain grain);

}  // namespace rapport
