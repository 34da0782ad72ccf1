#include "sync/sync.h"

#include <algorithm>
#include <thread>

#include "cli/command.h"
#include "cli/session.h"
#include "cli/sync_summary.h"
#include "cli/terminal_progress.h"
#include "http/live.h"

namespace rapport {
namespace {

struct Options {
  std::vector<std::string> only;
};

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto store = TRY(writer_of(workspace, globals));
  SyncResult result;
  {
    TerminalProgress progress{globals.quiet ? TerminalProgress::Voice::kQuiet : TerminalProgress::Voice::kNormal};
    LiveHttpOptions patience;
    patience.stall_timeout = std::chrono::seconds{workspace.network.patience_seconds};
    patience.connect_timeout = std::min<std::chrono::milliseconds>(patience.connect_timeout, patience.stall_timeout);
    patience.stop_requested = [&] { return progress.stop_requested(); };
    auto network = live_http(patience);
    PoliteOptions manners;
    manners.sleep = [&](std::chrono::milliseconds pause) {
      auto until = std::chrono::steady_clock::now() + pause;
      while (std::chrono::steady_clock::now() < until && !progress.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds{50});
      return !progress.stop_requested();
    };
    auto http = polite_http(*network, manners);
    result = TRY(sync(store, workspace, *http, {options.only}, progress));
  }
  return print_sync_summary(result, globals.quiet);
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positionals("SOURCE", options->only, "only these sources [all]");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kSyncCommand{"sync", "collect what is new from every source",
                                  "  rapport sync\n"
                                  "  rapport sync forum\n",
                                  declare};

}  // namespace rapport
