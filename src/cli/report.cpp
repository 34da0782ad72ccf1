#include <fmt/format.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/story.h"

namespace rapport {
namespace {

struct Options {
  std::string format = "terminal", out;
};

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto store = TRY(reader_of(workspace));
  auto story = TRY(story_of(store, {workspace.project, {}, std::chrono::floor<std::chrono::days>(now())}));
  auto terminal = terminal_of_output();
  std::string text;
  if (options.format == "html") text = html_report(story);
  else if (options.format == "markdown") text = markdown_report(story);
  else if (options.format == "json") text = json_report(story);
  else text = terminal_report(story, terminal.columns, terminal.colour && options.out.empty());
  if (options.out.empty()) {
    print(text);
  } else {
    TRY(write_file(options.out, text));
    if (!globals.quiet) print_aside(fmt::format("wrote {}\n", options.out));
  }
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.format(options->format, {"terminal", "html", "markdown", "json"}).option("--out", options->out, "write there instead of to standard output", "FILE");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kReportCommand{"report", "the community's story: one screen, or a file to send",
                                    "  rapport report\n"
                                    "  rapport report --format html --out report.html\n",
                                    declare};

}  // namespace rapport
