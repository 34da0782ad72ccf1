// The table of commands. To add one: a file src/cli/<name>.cpp that defines `const Command k<Name>Command`, its
// declaration and its line here, and its section in docs/reference/commands.md (a test compares).
#include "cli/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>

#include "base/text.h"
#include "cli/output.h"

namespace rapport {

extern const Command kAddCommand;
extern const Command kBackupCommand;
extern const Command kDemoCommand;
extern const Command kEvidenceCommand;
extern const Command kInitCommand;
extern const Command kMetricCommand;
extern const Command kRejectedCommand;
extern const Command kReplayCommand;
extern const Command kReportCommand;
extern const Command kRestoreCommand;
extern const Command kServeCommand;
extern const Command kSimulateCommand;
extern const Command kSourcesCommand;
extern const Command kSqlCommand;
extern const Command kStatusCommand;
extern const Command kSyncCommand;
extern const Command kVersionCommand;

std::span<const Command> commands() {
  static const std::array kTable{
      kInitCommand,
      kAddCommand,
      kSourcesCommand,
      kSyncCommand,
      kReplayCommand,
      kStatusCommand,
      kRejectedCommand,
      kSqlCommand,
      kMetricCommand,
      kEvidenceCommand,
      kReportCommand,
      kServeCommand,
      kBackupCommand,
      kRestoreCommand,
      kSimulateCommand,
      kDemoCommand,
      kVersionCommand,
  };
  return kTable;
}

namespace {

constexpr const char* kAbout =
    "Rapport gathers what developers do and say about a project, and answers with evidence: what needs an answer today,\n"
    "what do developers need next, what did our work change?";

struct Parsed {
  Globals globals;
  std::string home;
  std::function<Result<ExitCode>()> run;
};

// The whole grammar, one subcommand a row of the table.
void declare_all(CLI::App& app, Parsed& parsed) {
  app.require_subcommand(0, 1);
  app.set_help_flag("--help,-h", "show this help");
  app.set_help_all_flag();
  app.add_option("--home", parsed.home, "folder of the workspace; without it, here or the nearest one above")->type_name("DIR");
  app.add_flag("--quiet,-q", parsed.globals.quiet, "say only what went wrong");
  app.add_flag("--verbose,-v", parsed.globals.verbose, "say more on standard error");
  app.set_version_flag("--version", [] { return std::string{"rapport " RAPPORT_VERSION}; });
  app.fallthrough();
  for (const auto& command : commands()) {
    auto* sub = app.add_subcommand(std::string{command.name}, std::string{command.summary});
    sub->fallthrough();  // --home, --quiet and --verbose may stand behind the command as well
    if (!command.examples.empty()) sub->footer("Examples:\n" + std::string{command.examples});
    Arguments arguments{*sub};
    auto run = command.declare(arguments, parsed.globals);
    sub->callback([&parsed, run] { parsed.run = run; });
  }
}

Error usage_error(const CLI::App& app, const CLI::ParseError& thrown, int count, char** words) {
  Error error{Error::Kind::kBadInput, thrown.what(), {}, {}};
  std::vector<std::string> names;
  const CLI::App* command = nullptr;
  for (const auto* sub : app.get_subcommands({})) {
    names.push_back(sub->get_name());
    if (sub->parsed()) command = sub;
  }
  for (int i = 1; i < count && command == nullptr; ++i) {
    std::string_view word = words[i];
    if (word == "--home") ++i;
    if (word.starts_with('-') || word == "--home") continue;
    auto near = did_you_mean(word, names);
    error.what = fmt::format("no command called `{}`", printable(word));
    error.fix = near.empty() ? "`rapport --help` lists the commands" : fmt::format("did you mean `rapport {}`?", near);
    return error;
  }
  if (auto colon = error.what.find("The following argument"); colon == 0 && command != nullptr) {
    // CLI11's "The following arguments were not expected: value --x": the option is what is wrong, if there is one.
    auto words = split(trim(std::string_view{error.what}.substr(error.what.find(':') + 1)), ' ');
    auto option_word = std::find_if(words.begin(), words.end(), [](auto each) { return each.starts_with('-'); });
    auto word = std::string{option_word == words.end() ? words.front() : *option_word};
    error.what = fmt::format("`rapport {}` does not take `{}`", command->get_name(), printable(word));
    std::vector<std::string> options;
    for (const CLI::App* level : {command, &app})
      for (const auto* option : level->get_options())
        for (const auto& name : option->get_lnames()) options.push_back("--" + name);
    auto near = word.starts_with("--") ? did_you_mean(word.substr(0, word.find('=')), options) : std::string{};
    if (!near.empty()) error.fix = fmt::format("did you mean `{}`?", near);
  }
  if (error.fix.empty()) error.fix = command == nullptr ? "see `rapport --help`" : fmt::format("see `rapport {} --help`", command->get_name());
  return error;
}

}  // namespace

std::string help_text(std::string_view name) {
  CLI::App app{kAbout, "rapport"};
  Parsed parsed;
  declare_all(app, parsed);
  return name.empty() ? app.help() : app.get_subcommand(std::string{name})->help();
}

ExitCode run_command_line(int count, char** words) {
  CLI::App app{kAbout, "rapport"};
  Parsed parsed;
  declare_all(app, parsed);
  for (int i = 0; i < count; ++i) parsed.globals.command_line += (i == 0 ? "rapport" : std::string{" "} + words[i]);
  auto colour = terminal_of_aside().colour;
  try {
    app.parse(count, words);
  } catch (const CLI::CallForHelp&) {
    auto subs = app.get_subcommands();
    print(subs.empty() ? app.help() : subs.front()->help());
    return ExitCode::kOk;
  } catch (const CLI::CallForVersion& version) {
    print(std::string{version.what()} + "\n");
    return ExitCode::kOk;
  } catch (const CLI::ParseError& thrown) {
    print_aside(format_error(usage_error(app, thrown, count, words), colour));
    return ExitCode::kUsage;
  }
  if (!parsed.run) {
    print(app.help());
    return ExitCode::kOk;
  }
  if (!parsed.home.empty()) parsed.globals.home = parsed.home;
  auto result = parsed.run();
  if (result) return *result;
  print_aside(format_error(result.error(), colour));
  return ExitCode::kFailed;
}

}  // namespace rapport
