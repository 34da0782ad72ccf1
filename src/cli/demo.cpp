#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/sync_summary.h"
#include "cli/terminal_progress.h"
#include "connectors/connector.h"
#include "http/live.h"
#include "report/story.h"
#include "sim/simulate.h"
#include "sync/sync.h"

namespace rapport {
namespace {

// A size that is collected in seconds and has something to say.
constexpr int kPeople = 600;
constexpr int kYears = 3;
constexpr int kSureEnough = 60;  // confidence of a connector about something that stands in a folder
constexpr const char* kMark = ".rapport-demo";

struct Options {
  std::string folder = "demo", from, report = "report.html";
};

std::pair<const ConnectorEntry*, Recognised> surest(const fs::path& path) {
  std::pair<const ConnectorEntry*, Recognised> best{nullptr, {}};
  for (const auto& entry : connectors())
    if (auto here = entry.recognise(path.string()); here.confidence > best.second.confidence) best = {&entry, std::move(here)};
  return best;
}

// Everything in `from` that a connector recognises: `from` itself, or what it holds.
Result<Workspace> workspace_from(const Options& options) {
  std::error_code ignored;
  if (!fs::exists(options.from, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(options.from)), "name a git repository or a folder of exports");
  std::vector<fs::path> candidates{options.from};
  if (surest(options.from).second.confidence < kSureEnough && fs::is_directory(options.from, ignored)) {
    candidates.clear();
    for (const auto& entry : fs::directory_iterator{options.from, ignored}) candidates.push_back(entry.path());
    std::sort(candidates.begin(), candidates.end());
  }
  auto workspace = TRY(create_workspace(options.folder, fs::weakly_canonical(options.from, ignored).filename().string()));
  for (const auto& path : candidates) {
    auto [entry, here] = surest(path);
    if (here.confidence < kSureEnough) continue;
    SourceConfig source{here.name, std::string{entry->info.name}, {}};
    for (const auto& [key, value] : here.settings) source.settings[key] = fs::exists(value, ignored) ? fs::weakly_canonical(value, ignored).string() : value;
    for (int i = 2; std::any_of(workspace.sources.begin(), workspace.sources.end(), [&](auto& s) { return s.name == source.name; }); ++i)
      source.name = fmt::format("{}-{}", here.name, i);
    TRY(append_source(workspace, source));
  }
  if (workspace.sources.empty())
    return fail(Error::Kind::kBadInput, fmt::format("nothing in {} is recognised", printable(options.from)), "`rapport sources --connectors` lists what can be read");
  return workspace;
}

// The demo's own folder is written anew each time; anything else is not touched.
Result<> make_room(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored) || fs::is_empty(folder, ignored)) return {};
  if (!fs::exists(folder / kMark, ignored))
    return fail(Error::Kind::kBadInput, fmt::format("{} exists and is no demo", folder.string()), "name another folder with --out");
  fs::remove_all(folder, ignored);
  return {};
}

Result<SyncResult> collect(const Options& options, const Globals& globals, Workspace& workspace) {
  TerminalProgress progress{globals.quiet ? TerminalProgress::Voice::kQuiet : TerminalProgress::Voice::kNormal};
  if (options.from.empty()) {
    sim::Simulation simulation;
    simulation.parameters.people = kPeople;
    simulation.parameters.years = kYears;
    simulation.folder = options.folder;
    simulation.formats = {"discourse", "events", "git", "product", "texts"};  // what the workspace collects, and its truth
    TRY(sim::simulate(simulation, progress));
    workspace = TRY(open_workspace(fs::path{options.folder}));
  } else {
    workspace = TRY(workspace_from(options));
  }
  TRY(write_file(workspace.home / kMark, "made by `rapport demo`, which may replace this folder\n"));
  auto store = TRY(writer_of(workspace, globals));
  auto http = live_http();
  return sync(store, workspace, *http, {}, progress);
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  TRY(make_room(options.folder));
  Workspace workspace;
  auto collected = TRY(collect(options, globals, workspace));
  if (collected.failed()) return print_sync_summary(collected, globals.quiet);
  auto store = TRY(reader_of(workspace));
  auto story = TRY(story_of(store, {workspace.project, {}, std::chrono::floor<std::chrono::days>(now())}));
  TRY(write_file(options.report, html_report(story)));
  auto terminal = terminal_of_output();
  print(terminal_report(story, terminal.columns, terminal.colour));
  print(fmt::format("\nThe same as a page to send:  {}\nThe dashboard:               ./rapport serve --home {}\n", options.report, options.folder));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.option("--from", options->from, "a git repository or a folder of exports [a simulated community]", "DIR")
      .option("--out", options->folder, "the demo's workspace [demo]", "DIR")
      .option("--report", options->report, "where the HTML report goes [report.html]", "FILE");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kDemoCommand{"demo", "collect a simulated community, or your own, and show its report",
                                  "  rapport demo\n"
                                  "  rapport demo --from ../our-sdk\n",
                                  declare};

}  // namespace rapport
