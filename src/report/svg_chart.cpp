#include "report/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/figures.h"

namespace rapport {
namespace {

constexpr double kWidth = 460, kHeight = 170, kLeft = 52, kRight = 8, kTop = 10, kBottom = 24;

// The smallest of 1, 2, 2.5, 5 × 10^k that is at least `value`.
double round_up(double value) {
  if (value <= 0) return 1;
  double power = std::pow(10, std::floor(std::log10(value)));
  for (double step : {1.0, 2.0, 2.5, 5.0, 10.0})
    if (step * power >= value * (1 - 1e-9)) return step * power;
  return 10 * power;
}

struct Scale {
  double top;
  std::size_t count;
  double x(std::size_t i) const { return kLeft + (static_cast<double>(i) + 0.5) * step(); }
  double y(double value) const { return kTop + (1 - value / top) * (kHeight - kTop - kBottom); }
  double step() const { return (kWidth - kLeft - kRight) / static_cast<double>(count); }
};

std::string axes(const Metric& metric, const std::vector<Point>& points, Grain grain, const Scale& scale) {
  std::string out;
  for (double part : {0.0, 0.5, 1.0}) {
    double value = scale.top * part, y = scale.y(value);
    out += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", kLeft,
                       kWidth - kRight, y, y, kLeft - 6, y + 4, html_escaped(value_label(metric, value)));
  }
  std::size_t every = std::max<std::size_t>(1, (points.size() + 5) / 6);
  for (std::size_t i = 0; i < points.size(); i += every)
    out += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>", scale.x(i), kHeight - 6, bucket_label(points[i].at, grain));
  return out;
}

std::string mark_title(const Metric& metric, const Point& point, Grain grain) {
  return fmt::format("<title>{}: {}{}</title>", bucket_label(point.at, grain), html_escaped(value_label(metric, point.value)),
                     point.few ? fmt::format(" ({} events: a list, not a rate)", point.n) : "");
}

}  // namespace

std::string svg_chart(const Metric& metric, const std::vector<Point>& points, Grain grain) {
  double most = 0;
  for (const auto& point : points) most = std::max(most, point.value.value_or(0));
  Scale scale{metric.shape == Metric::Shape::kShare ? std::max(1.0, most) : round_up(most), std::max<std::size_t>(1, points.size())};
  auto out = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", kWidth, kHeight, html_escaped(metric.title));
  out += axes(metric, points, grain, scale);
  bool bars = metric.shape == Metric::Shape::kCount;
  std::string path, marks;
  bool pen_down = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& point = points[i];
    if (!point.value) {
      pen_down = false;
      continue;
    }
    double x = scale.x(i), y = scale.y(*point.value);
    if (bars) {
      double width = std::max(1.0, scale.step() * 0.72);
      marks += fmt::format("<rect class=\"mark\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">{}</rect>", x - width / 2, y, width,
                           std::max(0.0, scale.y(0) - y), mark_title(metric, point, grain));
    } else {
      path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x, y);
      pen_down = true;
      marks += fmt::format("<circle class=\"mark{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\">{}</circle>", point.few ? " few" : "", x, y, mark_title(metric, point, grain));
    }
  }
  if (!path.empty()) out += fmt::format("<path class=\"line\" d=\"{}\"/>", path);
  return out + marks + "</svg>";
}

}  // namespace rapport
