// What the program's end says to scripts.
#pragma once

namespace rapport {

enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,    // something could not be done; standard error says what
  kFindings = 2,  // all was done, and something deserves a look (records set aside, broken links)
  kUsage = 3,     // the words of the command are off
};

}  // namespace rapport
