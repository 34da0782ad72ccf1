#include "cli/command.h"
#include "cli/session.h"
#include "cli/sync_summary.h"
#include "cli/terminal_progress.h"
#include "sync/sync.h"

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
    result = TRY(replay(store, workspace, {options.only}, progress));
  }
  return print_sync_summary(result, globals.quiet);
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positionals("SOURCE", options->only, "only these sources [all]");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kReplayCommand{"replay", "give everything collected its meaning again, without the network",
                                    "  rapport replay          after changing a mapping or a model\n", declare};

}  // namespace rapport
