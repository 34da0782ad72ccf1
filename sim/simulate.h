// One run: parameters in, a folder with the same community in many formats out, and the truth beside them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "sim/parameters.h"

namespace rapport::sim {

struct Simulation {
  Parameters parameters;
  std::filesystem::path folder;       // created; what is there of an earlier simulation is replaced
  std::vector<std::string> formats;   // names of the table in writers/all.cpp; empty = all
};

struct Simulated {
  std::int64_t activities = 0;
  int people = 0, works = 0;
};

// Memory grows with people and with how busy two months are, not with the number of activities.
// Errors: kBadInput for a format that does not exist or a folder with something else in it; kUpstream for the disk.
Result<Simulated> simulate(const Simulation& simulation, Progress& progress);

// "name: summary" of every format, for the command's help.
std::string format_list();

}  // namespace rapport::sim
