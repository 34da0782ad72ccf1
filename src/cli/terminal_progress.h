// Progress on standard error: a bar that redraws itself on a terminal, plain lines every few seconds elsewhere.
// Ctrl-C asks the work to stop; a second Ctrl-C ends the program.
#pragma once

#include <chrono>
#include <string>

#include "base/progress.h"
#include "cli/output.h"

namespace rapport {

class TerminalProgress : public Progress {
 public:
  enum class Voice { kNormal, kQuiet };
  explicit TerminalProgress(Voice voice);
  ~TerminalProgress() override;

  void report(std::string_view what, std::int64_t done, std::int64_t total) override;
  void note(std::string_view text) override;
  bool stop_requested() const override;

 private:
  void clear();
  Voice voice_;
  Terminal terminal_;
  std::string what_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace rapport
