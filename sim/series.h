// Visits, sign-ups, first calls, downloads and questions, day by day: the noiseless expectation with every work, and
// without any. What is counted is drawn around the expectation.
#pragma once

#include <vector>

#include "sim/activity.h"

namespace rapport::sim {

class SeriesModel {
 public:
  SeriesModel(const Community& community, const Calendar& calendar, const std::vector<Work>& works);

  DayFacts day(int day) const;
  // The noiseless effect of a work on a series on a day, in the unit of the series.
  double effect(const Work& work, Series series, int day) const;
  // People who know of the product, as a smooth curve; everything else is in proportion.
  double audience(int day) const;
  // What all rates are multiplied with so that about Parameters::activities come out.
  double scale() const { return scale_; }

 private:
  double quiet(Series series, int day) const;  // baseline
  double outside(Series series, int day) const;
  const Community& community_;
  const Calendar& calendar_;
  const std::vector<Work>& works_;
  double scale_ = 1;
};

// Per head of the audience and average day: how many conversations of a sort are opened, and how much comes of one.
struct Habitual {
  double questions = 0.012, discussions = 0.004, chats = 0.010, bugs = 0.006, changes = 0.006, stars = 0.020, forks = 0.004,
         pushes = 0.005, spam = 0.0007;
};
inline constexpr Habitual kHabitual;

}  // namespace rapport::sim
