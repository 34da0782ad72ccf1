// What a simulated community is made from. Two runs with equal parameters write the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace rapport::sim {

struct Parameters {
  int people = 2000;            // human beings, the team among them
  int years = 3;
  std::uint64_t seed = 1;
  std::int64_t activities = 0;  // about how many in all; 0 = as many as the people would do by themselves
  Day start = Day{std::chrono::year{2023} / 1 / 2};

  Day end() const { return start + std::chrono::days{years * 365}; }  // the first day after
  int days() const { return years * 365; }
};

// The invented product.
inline constexpr const char* kProduct = "Kelvane";
inline constexpr const char* kDomain = "kelvane.example";

}  // namespace rapport::sim
