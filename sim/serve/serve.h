// `rapport simulate serve`: a simulation as live APIs on the loopback interface, with faults that can be switched on.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"

namespace rapport::sim {

struct Serving {
  std::filesystem::path folder;     // of a simulation
  int port = 0;                     // 0 = any free one
  std::uint64_t seed = 1;           // of the faults
  std::vector<std::string> faults;  // "drop=0.1"
  int requests_per_minute = 0;      // what the rate limit headers promise and the server keeps; 0 = no limit
};

// Serves until `progress` asks to stop. `ready` is called with the port once connections are accepted.
// Errors: kNotFound without a simulation, kBadInput for a fault that is none, kBusy for a port in use.
Result<> serve(const Serving& serving, const std::function<void(int port)>& ready, Progress& progress);

}  // namespace rapport::sim
