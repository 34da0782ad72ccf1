#include "sim/series.h"

#include <algorithm>
#include <cmath>

namespace rapport::sim {
namespace {

// Per head of the audience and average day.
constexpr std::array<double, kSeries> kRates{0.12, 0.004, 0.002, 3.0, 1.6, kHabitual.questions};
// Activities of an average day per head: conversations with their posts, pushes with their commits, visits and sign-ups.
// Measured on a run of 2000 people over three years.
constexpr double kActivitiesPerHead = 0.359;

}  // namespace

SeriesModel::SeriesModel(const Community& community, const Calendar& calendar, const std::vector<Work>& works)
    : community_(community), calendar_(calendar), works_(works) {
  const auto& parameters = community.parameters();
  if (parameters.activities <= 0) return;
  double heads = 0;
  for (int day = 0; day < parameters.days(); ++day) heads += audience(day) * calendar.people(day);
  scale_ = static_cast<double>(parameters.activities) / (heads * kActivitiesPerHead);
}

double SeriesModel::audience(int day) const {
  const auto& parameters = community_.parameters();
  double x = static_cast<double>(day) / parameters.days();
  double grown = 1 / (1 + std::exp(-(x * 7.2 - 4)));
  double decline = x > 0.85 ? 1 - 0.8 * (x - 0.85) : 1;  // the last months are a little quieter
  return parameters.people * (0.1 + 0.8 * grown) * decline;
}

double SeriesModel::quiet(Series series, int day) const {
  double rate = kRates[static_cast<std::size_t>(series)] * scale_;
  // Downloads are of the builds of machines: flatter over the week.
  double week = series == Series::kNpm || series == Series::kPypi ? 0.4 + 0.6 * calendar_.people(day) : calendar_.people(day);
  return rate * audience(day) * week;
}

double SeriesModel::outside(Series series, int day) const {
  switch (series) {
    case Series::kQuestions: return calendar_.outside_questions(day);
    case Series::kNpm:
    case Series::kPypi: return std::sqrt(calendar_.outside_visits(day));
    default: return calendar_.outside_visits(day);
  }
}

double SeriesModel::effect(const Work& work, Series series, int day) const {
  double lift = 0;
  for (const auto& effect : work.effects)
    if (effect.series == series) lift += effect.at(day - work.day);
  return lift == 0 ? 0 : lift * quiet(series, day) * outside(series, day);
}

DayFacts SeriesModel::day(int day) const {
  DayFacts facts;
  facts.day = day;
  for (std::size_t s = 0; s < kSeries; ++s) {
    auto series = static_cast<Series>(s);
    facts.baseline[s] = quiet(series, day);
    facts.outside[s] = facts.baseline[s] * outside(series, day);
    double effects = 0;
    for (const auto& work : works_) {
      if (work.day > day) break;
      effects += effect(work, series, day);
    }
    facts.expected[s] = std::max(0.0, facts.outside[s] + effects);
    Random random{community_.seed(), Purpose::kSeries, s, static_cast<std::uint64_t>(day)};
    // Counts of people vary as counts do; visits and downloads a little more, since machines come in packs.
    double noise = series == Series::kQuestions ? 1 : random.lognormal(1, series == Series::kVisits || s >= 3 ? 0.06 : 0.02);
    facts.observed[s] = random.poisson(facts.expected[s] * noise);
  }
  return facts;
}

}  // namespace rapport::sim
