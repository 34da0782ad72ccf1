// A clock that only moves when somebody sleeps on it; what was slept is on record.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

namespace rapport::test {

class ManualClock {
 public:
  // For PoliteOptions::sleep. The clock must outlive the function.
  std::function<bool(std::chrono::milliseconds)> sleeper() {
    return [this](std::chrono::milliseconds pause) {
      pauses_.push_back(pause);
      return !stopped_;
    };
  }
  void stop() { stopped_ = true; }  // as if the user pressed Ctrl-C
  const std::vector<std::chrono::milliseconds>& pauses() const { return pauses_; }

 private:
  std::vector<std::chrono::milliseconds> pauses_;
  bool stopped_ = false;
};

}  // namespace rapport::test
