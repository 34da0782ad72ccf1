// Randomness by key: every draw is a function of (seed, purpose, entity) and of how many draws were made from that
// key before. So any entity can be made alone, in any order, and adding a draw for one changes no other.
// The mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rapport::sim {

constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// What a draw is for. Never renumber: a number is part of what a seed means.
enum class Purpose : std::uint64_t {
  kPerson = 1, kName, kLogin, kJob, kOrganization, kAccounts, kSpell, kWork, kEffect, kCalendar, kDayCount, kThread,
  kPush, kStar, kSeries, kText, kTitle, kCommit, kVisit, kSignup, kSite, kSearch, kSurvey, kRsvp, kTopic, kRelease, kFault,
};

constexpr std::uint64_t key_of(std::uint64_t seed, Purpose purpose, std::uint64_t a, std::uint64_t b = 0) {
  return mix(mix(seed + static_cast<std::uint64_t>(purpose) * 0xd1342543de82ef95u) ^ mix(a ^ mix(b + 0x632be59bd9b4e019u)));
}

class Random {
 public:
  explicit Random(std::uint64_t key) : state_(key) {}
  Random(std::uint64_t seed, Purpose purpose, std::uint64_t a, std::uint64_t b = 0) : state_(key_of(seed, purpose, a, b)) {}

  std::uint64_t next() {
    auto out = mix(state_);
    state_ += 0x9e3779b97f4a7c15u;
    return out;
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
  double between(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  // A whole number in [0, count). REQUIRES: count > 0.
  std::uint64_t below(std::uint64_t count) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * count) >> 64);
  }
  int range(int low, int high) { return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low + 1))); }  // both included
  template <class T>
  const T& pick(std::span<const T> items) { return items[below(items.size())]; }

  double exponential(double mean) { return -mean * std::log1p(-uniform()); }
  double normal() {  // Box and Muller's
    double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }
  double lognormal(double median, double sigma) { return median * std::exp(sigma * normal()); }
  double pareto(double least, double alpha) { return least / std::pow(1 - uniform(), 1 / alpha); }
  // Knuth's product below 30; above, the normal approximation (relative error of the tails under 1 %).
  std::int64_t poisson(double mean) {
    if (!(mean > 0)) return 0;
    if (mean > 30) {
      double drawn = std::floor(mean + std::sqrt(mean) * normal() + 0.5);
      return drawn > 0 ? static_cast<std::int64_t>(drawn) : 0;
    }
    double limit = std::exp(-mean), product = uniform();
    std::int64_t count = 0;
    while (product > limit) {
      ++count;
      product *= uniform();
    }
    return count;
  }

 private:
  std::uint64_t state_;
};

}  // namespace rapport::sim
