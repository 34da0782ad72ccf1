// How fast the simulated community is written and what memory that takes: sim_bench [ACTIVITIES…]. Prints a line a run:
// activities, GH Archive lines, seconds of processor time, lines a second, peak memory. Each run is a process of its
// own, since the peak of a process never falls.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/simulate.h"

namespace {

using namespace rapport;

std::int64_t lines_in(const std::filesystem::path& folder) {
  std::int64_t lines = 0;
  std::vector<char> chunk(1 << 20);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    while (file.read(chunk.data(), static_cast<std::streamsize>(chunk.size())), file.gcount() > 0)
      for (std::streamsize i = 0; i < file.gcount(); ++i) lines += chunk[static_cast<std::size_t>(i)] == '\n';
  }
  return lines;
}

int simulate_once(std::int64_t activities, const std::filesystem::path& folder) {
  sim::Simulation simulation;
  simulation.parameters.people = 20'000;
  simulation.parameters.years = 3;
  simulation.parameters.seed = 7;
  simulation.parameters.activities = activities;
  simulation.folder = folder;
  simulation.formats = {"gharchive"};
  NoProgress progress;
  auto done = sim::simulate(simulation, progress);
  if (!done) fmt::print(stderr, "{}\n", done.error().what);
  return done ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::int64_t> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::stoll(words[i]));
  if (sizes.empty()) sizes = {100'000, 1'000'000, 10'000'000};
  auto folder = std::filesystem::temp_directory_path() / fmt::format("sim_bench.{}", ::getpid());
  for (auto size : sizes) {
    std::filesystem::remove_all(folder);
    auto child = ::fork();
    if (child == 0) ::_exit(simulate_once(size, folder));
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    if (status != 0) return 1;
    double seconds = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    auto lines = lines_in(folder / "gharchive");
    fmt::print("{:>11} activities  {:>9} lines  {:>6.2f} s  {:>8.0f} lines/s  {:>4} MB\n", size, lines, seconds, static_cast<double>(lines) / seconds, usage.ru_maxrss / 1024);
    std::filesystem::remove_all(folder);
  }
  return 0;
}
