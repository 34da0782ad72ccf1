#include "metrics/metric.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "base/embedded.h"
#include "base/text.h"

namespace rapport {
namespace {

constexpr std::array kKeys = std::to_array<std::string_view>(
    {"title", "question", "unit", "shape", "better", "who", "reads", "caveat", "origin"});
constexpr std::array kBetter = std::to_array<std::string_view>({"up", "down", "neither"});
constexpr std::array kWho = std::to_array<std::string_view>({"community", "humans", "everyone"});

Result<Metric::Shape> parse_shape(std::string_view text) {
  for (auto shape : {Metric::Shape::kCount, Metric::Shape::kShare, Metric::Shape::kMedian})
    if (shape_name(shape) == text) return shape;
  return fail(Error::Kind::kBadInput, fmt::format("`shape` is \"{}\"", text), "write count, share or median");
}

template <std::size_t N>
Result<> check_choice(std::string_view key, const std::string& value, const std::array<std::string_view, N>& allowed) {
  std::vector<std::string> names;
  for (auto one : allowed) {
    if (one == value) return {};
    names.emplace_back(one);
  }
  return fail(Error::Kind::kBadInput, fmt::format("`{}` is \"{}\"", key, value), "write one of " + join(names, ", "));
}

}  // namespace

std::string_view shape_name(Metric::Shape shape) {
  switch (shape) {
    case Metric::Shape::kCount: return "count";
    case Metric::Shape::kShare: return "share";
    case Metric::Shape::kMedian: return "median";
  }
  return "count";
}

Result<Metric> parse_metric(std::string_view name, std::string_view text) {
  std::map<std::string, std::string, std::less<>> header;
  std::string_view rest = text;
  while (rest.starts_with("--")) {
    auto line = rest.substr(2, rest.find('\n') - 2);
    auto colon = line.find(':');
    if (colon == std::string_view::npos) return fail(Error::Kind::kBadInput, fmt::format("metric {}: not a header line: {}", name, line), "write `-- key: value`");
    auto key = std::string{trim(line.substr(0, colon))};
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      return fail(Error::Kind::kBadInput, fmt::format("metric {}: unknown header `{}`", name, key),
                  fmt::format("headers are: {}", fmt::join(kKeys, ", ")));
    header[key] = trim(line.substr(colon + 1));
    auto end = rest.find('\n');
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  for (auto key : kKeys)
    if (header[std::string{key}].empty())
      return fail(Error::Kind::kBadInput, fmt::format("metric {}: no `{}` in its header", name, key), fmt::format("add a line `-- {}: …` at the top", key));
  Metric metric;
  metric.name = name;
  metric.title = header["title"];
  metric.question = header["question"];
  metric.unit = header["unit"];
  metric.better = header["better"];
  metric.who = header["who"];
  metric.caveat = header["caveat"];
  metric.origin = header["origin"];
  auto context = fmt::format("metric {}", name);
  metric.shape = TRY(parse_shape(header["shape"]).in(context));
  TRY(check_choice("better", metric.better, kBetter).in(context));
  TRY(check_choice("who", metric.who, kWho).in(context));
  for (auto table : split(header["reads"], ',')) metric.reads.emplace_back(trim(table));
  auto body = trim(rest);
  while (body.ends_with(';')) body = trim(body.substr(0, body.size() - 1));
  if (body.empty()) return fail(Error::Kind::kBadInput, fmt::format("metric {}: no SELECT after its header", name));
  metric.sql = body;
  return metric;
}

std::span<const Metric> metrics() {
  static const std::vector<Metric> kAll = [] {
    std::vector<Metric> all;
    for (const auto& file : embedded_metrics()) {  // sorted by path
      auto parsed = parse_metric(file.path.substr(0, file.path.size() - 4), file.text);
      if (parsed) all.push_back(std::move(*parsed));
    }
    return all;
  }();
  return kAll;
}

Result<const Metric*> find_metric(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& metric : metrics()) {
    if (metric.name == name) return &metric;
    names.push_back(metric.name);
  }
  auto near = did_you_mean(name, names);
  return fail(Error::Kind::kNotFound, fmt::format("no metric called `{}`", printable(name)),
              near.empty() ? "`rapport metric` lists them" : fmt::format("did you mean `{}`?", near));
}

}  // namespace rapport
