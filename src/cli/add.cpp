#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "sources/adding.h"

namespace rapport {
namespace {

struct Options {
  std::string what, name, connector;
  std::vector<std::string> settings;
};

// Writes one source down and says so.
Result<> add(Workspace& workspace, const Understood& understood, const std::map<std::string, std::string>& given, const std::string& name, const Globals& globals) {
  auto source = source_of(workspace, understood, given, name);
  // A secret may still be missing from the environment; all else must be right before it is written down.
  auto unset = TRY(check_settings(workspace, *understood.connector, source));
  TRY(append_source(workspace, source));
  if (globals.quiet) return {};
  print(fmt::format("Added source {}: {}\n", printable(source.name), printable(understood.found.understood)));
  for (const auto& [key, value] : source.settings) print(fmt::format("  {} = {}\n", key, printable(value)));
  for (const auto& variable : unset) print(fmt::format("Before the first sync: {}\n", variable.fix));
  return {};
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto understood = TRY(understand(options.what, options.connector));
  std::map<std::string, std::string> given;
  for (const auto& pair : options.settings) {
    auto equals = pair.find('=');
    if (equals == std::string::npos) return fail(Error::Kind::kBadInput, fmt::format("--set takes key=value, got \"{}\"", pair), "for example --set api_key='$FORUM_KEY'");
    given[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  TRY(add(workspace, understood, given, options.name, globals));
  if (options.connector.empty()) {
    for (const auto& also : understood.found.also) {
      TRY(add(workspace, TRY(understand(also.what, also.connector)), {}, options.name.empty() ? std::string{} : free_name(workspace, fmt::format("{}-{}", options.name, also.connector)), globals));
    }
  }
  if (!globals.quiet) print("Next: rapport sync\n");
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("WHAT", options->what, "a git URL or folder, a repository's or forum's address, a file or export", Need::kRequired)
      .option("--name", options->name, "what to call it [from WHAT]", "NAME")
      .option("--as", options->connector, "the connector, when WHAT alone does not tell", "CONNECTOR")
      .list("--set", options->settings, "a setting of the connector; may be given again", "KEY=VALUE");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kAddCommand{"add", "add a source; recognises what it is given",
                                 "  rapport add ../our-sdk\n"
                                 "  rapport add https://forum.example.org --name forum\n"
                                 "  rapport add signups.csv --set kind=signup --set time=created_at\n",
                                 declare};

}  // namespace rapport
