// The program's two voices: results to standard output, everything else to standard error.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "store/table.h"

namespace rapport {

// To standard output. When nobody reads any more (a closed pipe) the program ends quietly.
void print(std::string_view text);
// To standard error.
void print_aside(std::string_view text);

// `format`: table, json, csv or markdown. Text from outside is made safe for where it goes: control characters for a
// terminal, formulas for a spreadsheet.
std::string format_table(const Table& table, std::string_view format);

// The error as a person reads it: headline, while, fix. Ends with a line break.
std::string format_error(const Error& error, bool colour);

struct Terminal {
  bool is_terminal = false;  // a person looks at it
  bool colour = false;       // not with NO_COLOR or TERM=dumb
  int columns = 80;
};
Terminal terminal_of_output();  // standard output
Terminal terminal_of_aside();   // standard error

}  // namespace rapport
