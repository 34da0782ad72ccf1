#include "sim/text/topics.h"

#include <charconv>
#include <string>

#include "base/text.h"
#include "sim/data_files.h"

namespace rapport::sim {
namespace {

std::vector<std::string_view> parts_of(std::string_view line) {
  auto parts = split(line, '|');
  for (auto& part : parts) part = trim(part);
  return parts;
}

double number(std::string_view digits) {
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

Topics::Topics() {
  for (auto line : data_lines("topics.txt")) {
    auto space = line.find(' ');
    auto kind = line.substr(0, space), rest = line.substr(space + 1);
    if (kind == "topic") {
      auto parts = parts_of(rest);
      Topic topic{.slug = parts[0], .title = parts[1], .page = parts[2], .weight = number(parts[3]),
                  .first_problem = static_cast<std::uint16_t>(problems_.size())};
      auto trend = parts[4];
      if (trend == "rising") topic.trend = Trend::kRising;
      else if (trend == "falling") topic.trend = Trend::kFalling;
      else if (auto dots = trend.find(".."); dots != std::string_view::npos) {
        topic.trend = Trend::kPeak;
        topic.from = number(trend.substr(0, dots));
        topic.to = number(trend.substr(dots + 2));
      }
      topics_.push_back(topic);
    } else if (kind == "problem") {
      auto parts = parts_of(rest);
      problems_.push_back({.name = parts[0], .api = parts[1], .error = parts[2], .cause = {}, .fix = {}, .asks = {},
                           .topic = static_cast<std::uint16_t>(topics_.size() - 1)});
      ++topics_.back().problems;
    } else if (kind == "ask") {
      problems_.back().asks.push_back(rest);
    } else if (kind == "cause") {
      problems_.back().cause = rest;
    } else if (kind == "fix") {
      problems_.back().fix = rest;
    }
  }
}

double Topic::weight_at(double fraction) const {
  switch (trend) {
    case Trend::kSteady: return weight;
    case Trend::kRising: return weight * (0.3 + 1.4 * fraction);
    case Trend::kFalling: return weight * (1.7 - 1.4 * fraction);
    case Trend::kPeak: return fraction >= from && fraction < to ? weight * 2.2 : weight * 0.3;
  }
  return weight;
}

}  // namespace rapport::sim
