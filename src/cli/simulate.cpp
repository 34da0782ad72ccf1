#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal_progress.h"
#include "sim/serve/apis.h"
#include "sim/serve/serve.h"
#include "sim/simulate.h"

namespace rapport {
namespace {

struct Options {
  std::string action, served, folder, formats, activities = "0", seed = "1";
  std::vector<std::string> faults;
  int people = 2000, years = 3, port = 0, requests_per_minute = 0;
};

template <class Number>
Result<Number> whole_number(std::string_view option, std::string_view text) {
  Number value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0)
    return fail(Error::Kind::kBadInput, fmt::format("{} takes a whole number, not \"{}\"", option, printable(text)));
  return value;
}

Result<ExitCode> serve(const Options& options, const Globals& globals) {
  if (options.action != "serve") return fail(Error::Kind::kBadInput, fmt::format("`rapport simulate` does not know `{}`", printable(options.action)), "rapport simulate serve DIR");
  if (options.served.empty()) return fail(Error::Kind::kBadInput, "which simulation?", "rapport simulate serve DIR");
  sim::Serving serving{.folder = options.served, .port = options.port, .seed = 1, .faults = options.faults, .requests_per_minute = options.requests_per_minute};
  serving.seed = static_cast<std::uint64_t>(TRY(whole_number<std::int64_t>("--seed", options.seed)));
  TerminalProgress progress{TerminalProgress::Voice::kQuiet};
  TRY(sim::serve(serving, [&](int port) {
    std::string text = fmt::format("http://127.0.0.1:{}\n", port);
    if (!globals.quiet)
      for (const auto& api : sim::apis()) text += fmt::format("  {:<9}{}\n", api.prefix, api.summary);
    print(text);
  }, progress));
  return ExitCode::kOk;
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
  arguments.positional("ACTION", options->action, "serve: offer an earlier simulation as live APIs on the loopback interface")
      .positional("DIR", options->served, "the simulation to serve")
      .option("--port", options->port, "serve: where to listen; 0 = any free port", "N")
      .list("--fault", options->faults, "serve: what goes wrong how often, as drop=0.1; GET /_faults lists them", "NAME=RATE")
      .option("--rate-limit", options->requests_per_minute, "serve: requests a minute before 429; 0 = no limit", "N")
      .option("--out", options->folder, "folder to write; new, empty, or an earlier simulation", "DIR")
      .option("--people", options->people, "human beings, the DevRel team among them")
      .option("--years", options->years, "how long, from 2023-01-02")
      .option("--seed", options->seed, "the same seed writes the same bytes [1]", "N")
      .option("--activities", options->activities, "about how many in all; 0 = as many as the people do by themselves [0]", "N")
      .option("--formats", options->formats, "only these, separated by commas [all]", "LIST");
  return [options, &globals]() -> Result<ExitCode> {
    if (!options->action.empty()) return serve(*options, globals);
    if (options->folder.empty()) return fail(Error::Kind::kBadInput, "where should the community go?", "rapport simulate --out DIR");
    return run(*options, globals);
  };
}

}  // namespace

extern const Command kSimulateCommand{"simulate", "make up a community whose truth is known, in the formats of real sources",
                                      "  rapport simulate --people 300 --years 2 --out demo     a small one to try things on\n"
                                      "  rapport simulate --people 20000 --activities 10000000 --formats gharchive --out big\n"
                                      "  rapport simulate serve demo --port 8123 --fault drop=0.05 --fault truncate=0.05\n",
                                      declare};

}  // namespace rapport
