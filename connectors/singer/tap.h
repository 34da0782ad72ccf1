// Runs a Singer tap and reads what it writes: one JSON message a line (SCHEMA, RECORD, STATE, ACTIVATE_VERSION).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace rapport::singer {

struct Tap {
  std::vector<std::string> command;  // program and arguments
  std::string folder;                // where it runs; empty = ours
  std::string config, catalog;       // paths; empty = none
  std::string state_folder;          // where the state is written for it, readable by nobody else
};

// "tap-x --flag 'two words'" in its words; quotes and backslashes as in a shell, nothing is expanded.
// Errors: kBadInput for nothing and for an open quote.
Result<std::vector<std::string>> words_of_command(std::string_view text);

// Raw records {"stream", "record"[, "version"]} with the id "<stream>/<key>". The cursor is {"state": …} with the value
// of the last STATE message, so that what was read after it is read again and never lost.
// Errors: kNotFound when there is no such program; kUpstream with the end of its standard error when it fails.
Result<std::unique_ptr<Reader>> run_tap(const Tap& tap, const std::string& cursor);

}  // namespace rapport::singer
