#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "store/backup.h"

namespace rapport {
namespace {

Result<ExitCode> run(const std::string& file, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto kept = TRY(restore_backup(workspace.database(), file, globals.command_line));
  if (!globals.quiet) {
    print(fmt::format("Restored {}\n", file));
    if (!kept.empty()) print(fmt::format("What was there before is kept as {}\n", kept.string()));
  }
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto file = std::make_shared<std::string>();
  arguments.positional("FILE", *file, "a file that `rapport backup` wrote", Need::kRequired);
  return [file, &globals] { return run(*file, globals); };
}

}  // namespace

extern const Command kRestoreCommand{"restore", "bring a backup back; what was there is kept beside it",
                                     "  rapport restore community-2026-11.duckdb\n", declare};

}  // namespace rapport
