// How fast the simulated community is written and what memory that takes: sim_bench [ACTIVITIES…]. Prints a line a run:
// activities, GH Archive lines, seconds of processor time, lines a second, peak memory; then, unless sizes were given, a
// line a format: a million activities simulated, and what of them belongs into it written. Each run is
// a process of its own, since the peak of a process never falls.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "sim/simulate.h"
#include "sim/writer.h"

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

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

int simulate_once(std::int64_t activities, std::string_view format, const std::filesystem::path& folder) {
  sim::Simulation simulation;
  simulation.parameters.people = 20'000;
  simulation.parameters.years = 3;
  simulation.parameters.seed = 7;
  simulation.parameters.activities = activities;
  simulation.folder = folder;
  simulation.formats = {std::string{format}};
  NoProgress progress;
  auto done = sim::simulate(simulation, progress);
  if (!done) fmt::print(stderr, "{}\n", done.error().what);
  return done ? 0 : 1;
}

struct Cost {
  double seconds;
  long peak_mb;
};

// In a process of its own; nothing where that failed.
std::optional<Cost> cost_of(std::int64_t activities, std::string_view format, const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  auto child = ::fork();
  if (child == 0) ::_exit(simulate_once(activities, format, folder));
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  if (status != 0) return std::nullopt;
  auto seconds = [](timeval time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return Cost{seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss / 1024};
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::int64_t> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::stoll(words[i]));
  bool all = sizes.empty();
  if (all) sizes = {100'000, 1'000'000, 10'000'000};
  auto folder = std::filesystem::temp_directory_path() / fmt::format("sim_bench.{}", ::getpid());
  for (auto size : sizes) {
    auto cost = cost_of(size, "gharchive", folder);
    if (!cost) return 1;
    auto lines = lines_in(folder / "gharchive");
    fmt::print("{:>11} activities  {:>9} lines  {:>6.2f} s  {:>8.0f} lines/s  {:>4} MB\n", size, lines, cost->seconds, static_cast<double>(lines) / cost->seconds, cost->peak_mb);
  }
  for (const auto& entry : sim::writers()) {
    if (!all) break;
    auto cost = cost_of(1'000'000, entry.name, folder);
    if (!cost) return 1;
    double written = static_cast<double>(bytes_in(folder)) / 1e6;
    fmt::print("{:>15}  {:>7.1f} MB written  {:>6.2f} s  {:>9.0f} simulated activities/s  {:>4} MB\n", entry.name, written, cost->seconds, 1e6 / cost->seconds, cost->peak_mb);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
