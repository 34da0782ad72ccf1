#include "cli/terminal_progress.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "base/text.h"

namespace rapport {
namespace {

std::atomic<bool> stop_asked{false};

void on_interrupt(int) {
  if (stop_asked.exchange(true)) ::_exit(130);
  constexpr char kSaid[] = "\nstopping after this page; Ctrl-C again to end at once\n";
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, kSaid, sizeof kSaid - 1);
}

constexpr int kBarColumns = 24;

std::string bar(std::int64_t done, std::int64_t total) {
  auto filled = static_cast<int>(std::min<std::int64_t>(kBarColumns, done * kBarColumns / std::max<std::int64_t>(1, total)));
  std::string out;
  for (int i = 0; i < kBarColumns; ++i) out += i < filled ? "█" : "░";
  return out;
}

}  // namespace

TerminalProgress::TerminalProgress(Voice voice) : voice_(voice), terminal_(terminal_of_aside()) {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

TerminalProgress::~TerminalProgress() {
  clear();
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
}

void TerminalProgress::clear() {
  if (drawn_) print_aside("\r\x1b[K");
  drawn_ = false;
}

void TerminalProgress::report(std::string_view what, std::int64_t done, std::int64_t total) {
  if (voice_ == Voice::kQuiet) return;
  auto present = std::chrono::steady_clock::now();
  // A new kind of work shows at once on a terminal; in a log only what lasts is worth a line.
  auto pause = terminal_.is_terminal ? std::chrono::milliseconds{what == what_ ? 80 : 0} : std::chrono::milliseconds{5000};
  if (present - last_ < pause) return;
  if (last_ == std::chrono::steady_clock::time_point{} && !terminal_.is_terminal) {
    last_ = present;
    return;
  }
  last_ = present;
  what_ = what;
  std::string line = printable(what);
  if (total > 0) line += terminal_.is_terminal ? fmt::format("  {} {}/{}", bar(done, total), done, total) : fmt::format("  {}/{}", done, total);
  else if (done > 0) line += fmt::format("  {}", done);
  if (terminal_.is_terminal) {
    print_aside("\r\x1b[K" + elide(line, static_cast<std::size_t>(std::max(20, terminal_.columns - 1))));
    drawn_ = true;
  } else {
    print_aside(line + "\n");
  }
}

void TerminalProgress::note(std::string_view text) {
  if (voice_ == Voice::kQuiet) return;
  clear();
  print_aside(printable(text) + "\n");
}

bool TerminalProgress::stop_requested() const { return stop_asked; }

}  // namespace rapport
