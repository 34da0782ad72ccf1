#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "store/backup.h"

namespace rapport {
namespace {

Result<ExitCode> run(const std::string& file, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto store = TRY(reader_of(workspace));
  TRY(write_backup(store, file));
  std::error_code ignored;
  if (!globals.quiet) print(fmt::format("Wrote {} ({} MB). `rapport restore {}` brings it back.\n", file, fs::file_size(file, ignored) >> 20, file));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto file = std::make_shared<std::string>();
  arguments.positional("FILE", *file, "where to write; must not exist yet", Need::kRequired);
  return [file, &globals] { return run(*file, globals); };
}

}  // namespace

extern const Command kBackupCommand{"backup", "copy the database into one file, while others read or write",
                                    "  rapport backup community-2026-11.duckdb\n", declare};

}  // namespace rapport
