#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "sim/simulate.h"

namespace rapport {
namespace {

struct Options {
  std::string folder, formats, activities = "0", seed = "1";
  int people = 2000, years = 3;
};

template <class Number>
Result<Number> whole_number(std::string_view option, std::string_view text) {
  Number value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0)
    return fail(Error::Kind::kBadInput, fmt::format("{} takes a whole number, not \"{}\"", option, printable(text)));
  return value;
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  sim::Simulation simulation;
  simulation.parameters.people = options.people;
  simulation.parameters.years = options.years;
  simulation.parameters.seed = static_cast<std::uint64_t>(TRY(whole_number<std::int64_t>("--seed", options.seed)));
  simulation.parameters.activities = TRY(whole_number<std::int64_t>("--activities", options.activities));
  simulation.folder = options.folder;
  for (auto name : split(options.formats, ','))
    if (!trim(name).empty()) simulation.formats.emplace_back(trim(name));
  sim::Simulated done;
  {
    TerminalProgress progress{globals.quiet ? TerminalProgress::Voice::kQuiet : TerminalProgress::Voice::kNormal};
    done = TRY(sim::simulate(simulation, progress));
  }
  if (!globals.quiet)
    print(fmt::format("{} people, {} works of the team, {} activities in {}\n  truth/          what is true about them\n"
                      "  rapport.toml    a workspace that collects them: rapport --home {} sync\n",
                      done.people, done.works, done.activities, options.folder, options.folder));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.option("--out", options->folder, "folder to write; new, empty, or an earlier simulation", "DIR")
      .option("--people", options->people, "human beings, the DevRel team among them")
      .option("--years", options->years, "how long, from 2023-01-02")
      .option("--seed", options->seed, "the same seed writes the same bytes [1]", "N")
      .option("--activities", options->activities, "about how many in all; 0 = as many as the people do by themselves [0]", "N")
      .option("--formats", options->formats, "only these, separated by commas [all]", "LIST");
  return [options, &globals]() -> Result<ExitCode> {
    if (options->folder.empty()) return fail(Error::Kind::kBadInput, "where should the community go?", "rapport simulate --out DIR");
    return run(*options, globals);
  };
}

}  // namespace

extern const Command kSimulateCommand{"simulate", "make up a community whose truth is known, in the formats of real sources",
                                      "  rapport simulate --people 300 --years 2 --out demo     a small one to try things on\n"
                                      "  rapport simulate --people 20000 --activities 10000000 --formats gharchive --out big\n",
                                      declare};

}  // namespace rapport
