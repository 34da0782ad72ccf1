// What a served community may do wrong on purpose. Each fault has a rate (or an amount) that can be changed while the
// server runs: GET /_faults shows them, POST /_faults?drop=0.1&latency_ms=200 sets them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/random.h"

namespace rapport::sim {

// How one request is to go wrong; drawn before it is answered.
struct Mishap {
  int latency_ms = 0;
  int status = 0;            // 401, 429 or 500 instead of the answer; 0 = the answer
  bool drop = false;         // the connection closes without a byte
  bool truncate = false;     // half of the body, under the length of the whole
  bool wrong_type = false;   // a page in HTML under status 200
  bool shift = false;        // a list changes between two of its pages
  bool backoff = false;      // the answer asks to wait a moment (Stack Exchange)
  std::int64_t skew_seconds = 0;
};

class Faults {
 public:
  explicit Faults(std::uint64_t seed);
  // Errors: kBadInput for a name that is no fault or a value that is no number.
  Result<> set(std::string_view name, std::string_view value);
  // The n-th request of a server with the same seed and settings meets the same mishap.
  Mishap draw();
  std::string to_json() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, double, std::less<>> values_;
  std::uint64_t seed_, requests_ = 0;
};

}  // namespace rapport::sim
