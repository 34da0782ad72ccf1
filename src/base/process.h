// Runs another program without a shell, so that nothing in an argument is ever interpreted.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rapport {

struct ProcessOptions {
  std::vector<std::string> arguments;    // arguments[0] is the program, looked up in PATH
  std::string folder;                    // working directory; empty = ours
  std::vector<std::string> environment;  // "NAME=value" added to ours
  std::string input;                     // written to its standard input, which is then closed
  std::string input_file = {};           // instead of `input`: a file that becomes its standard input
};

// A running child whose standard output we read. Destroying it ends the child (SIGTERM, then SIGKILL).
class Process {
 public:
  // Errors: kNotFound when the program does not exist, kUpstream when it cannot be started.
  static Result<Process> start(const ProcessOptions& options);
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();

  // Reads until `delimiter` (left out) or the end; nullopt at the end. The view lives until the next call.
  // What is longer than `longest` is read to its end but cut; `was_cut()` then says so.
  std::optional<std::string_view> read_until(char delimiter, std::size_t longest = 256u << 20);
  bool was_cut() const;
  // Up to `size` bytes; empty at the end.
  std::string_view read_some(std::size_t size = 1 << 16);

  // Waits for the end. Errors: kUpstream with the last lines of its standard error unless it exited with 0.
  Result<> finish();

 private:
  struct Child;
  explicit Process(std::unique_ptr<Child> child);
  std::unique_ptr<Child> child_;
};

// Runs to the end and returns the standard output, at most `limit` bytes. Errors as Process::finish.
Result<std::string> run_process(const ProcessOptions& options, std::size_t limit = 64u << 20);

}  // namespace rapport
