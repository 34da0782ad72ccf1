// One command of the program. Its file declares what it takes and runs it; its line in commands.cpp ties it in.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"

namespace rapport {

// What stands before the command: rapport [--home DIR] [--quiet] [--verbose] COMMAND …
struct Globals {
  std::optional<std::filesystem::path> home;  // where rapport.toml is; without it, here or the nearest folder above
  bool quiet = false;
  bool verbose = false;
  std::string command_line;  // as typed, shown to a second writer
};

struct Command {
  std::string_view name;
  std::string_view summary;   // one line, for `rapport --help`
  std::string_view examples;  // lines for `rapport NAME --help`, each "rapport NAME …    what it does"
  // Declares the arguments and returns what runs once they are parsed. `globals` is filled in by then.
  std::function<Result<ExitCode>()> (*declare)(Arguments& arguments, const Globals& globals);
};

}  // namespace rapport
