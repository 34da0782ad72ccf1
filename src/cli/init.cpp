#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"

namespace rapport {
namespace {

struct Options {
  std::string folder, project;
};

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto folder = options.folder.empty() ? globals.home.value_or(".") : std::filesystem::path{options.folder};
  auto workspace = TRY(create_workspace(folder, options.project));
  TRY(writer_of(workspace, globals));  // creates the database
  if (!globals.quiet)
    print(fmt::format("Workspace for {} in {}\n  rapport.toml    what to collect and who your team is; safe to commit\n"
                      "  rapport.duckdb  what was collected; stays here\nNext: rapport add WHAT   (a git repository, a forum, a file)\n",
                      workspace.project, workspace.home.string()));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("DIR", options->folder, "the folder; created if need be [here]")
      .option("--project", options->project, "what reports call the project [the folder's name]", "NAME");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kInitCommand{"init", "start a workspace: rapport.toml and the database beside it",
                                  "  rapport init                     here\n"
                                  "  rapport init ~/community --project \"Our SDK\"\n",
                                  declare};

}  // namespace rapport
