// The command line as a whole: the table of commands, parsing, help, "did you mean".
#pragma once

#include <span>
#include <string>

#include "cli/command.h"

namespace rapport {

// In the order of `rapport --help`: from the first command a person needs to the last.
std::span<const Command> commands();

// Parses and runs. Results go to standard output, everything else to standard error.
ExitCode run_command_line(int count, char** words);

// What `rapport NAME --help` prints; of the whole program for an empty name. For docs and their test.
std::string help_text(std::string_view name);

}  // namespace rapport
