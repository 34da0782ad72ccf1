// Rapport: parse the command line, find the command, run it, say how it went.
#include <signal.h>

#include "cli/commands.h"

int main(int count, char** words) {
  ::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of one write, not the end of a sync
  return static_cast<int>(rapport::run_command_line(count, words));
}
