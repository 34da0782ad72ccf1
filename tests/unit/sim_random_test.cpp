#include "sim/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace rapport::sim {
namespace {

// The first outputs of SplitMix64 seeded with 0, as published with the generator (xoshiro.di.unimi.it/splitmix64.c).
TEST(SimRandom, is_splitmix64) {
  Random random{0};
  EXPECT_EQ(random.next(), 0xe220a8397b1dcdafu);
  EXPECT_EQ(random.next(), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(random.next(), 0x06c45d188009454fu);
}

TEST(SimRandom, keys_do_not_depend_on_order_and_differ) {
  EXPECT_EQ(key_of(7, Purpose::kName, 3), key_of(7, Purpose::kName, 3));
  std::vector<std::uint64_t> keys;
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (std::uint64_t entity = 0; entity < 100; ++entity)
      for (auto purpose : {Purpose::kPerson, Purpose::kName}) keys.push_back(key_of(seed, purpose, entity));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

// Means and variances against the textbook's; the bounds are five standard errors of 100,000 draws.
TEST(SimRandom, distributions_have_their_moments) {
  constexpr int kDraws = 100'000;
  for (double mean : {0.3, 4.0, 29.0, 31.0, 900.0}) {
    Random random{static_cast<std::uint64_t>(mean * 10)};
    double sum = 0, squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      auto value = static_cast<double>(random.poisson(mean));
      sum += value;
      squares += value * value;
    }
    double got = sum / kDraws, variance = squares / kDraws - got * got;
    EXPECT_NEAR(got, mean, 5 * std::sqrt(mean / kDraws)) << mean;
    EXPECT_NEAR(variance / mean, 1, 0.03) << mean;
  }
  Random random{5};
  double normal = 0, squares = 0, exponential = 0;
  int above_ten = 0;
  for (int i = 0; i < kDraws; ++i) {
    double z = random.normal();
    normal += z;
    squares += z * z;
    exponential += random.exponential(3);
    above_ten += random.pareto(1, 1.35) > 10;
  }
  EXPECT_NEAR(normal / kDraws, 0, 0.016);
  EXPECT_NEAR(squares / kDraws, 1, 0.025);
  EXPECT_NEAR(exponential / kDraws, 3, 0.05);
  EXPECT_NEAR(static_cast<double>(above_ten) / kDraws, std::pow(10, -1.35), 0.004);  // P(X > x) = x^-alpha
}

TEST(SimRandom, below_stays_below) {
  Random random{9};
  std::array<int, 6> seen{};
  for (int i = 0; i < 60'000; ++i) ++seen[random.below(6)];
  for (int count : seen) EXPECT_NEAR(count, 10'000, 460);  // five standard deviations
}

}  // namespace
}  // namespace rapport::sim
