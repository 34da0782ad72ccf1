// Shell lines in a folder of their own, the way a user at a clean machine would type them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tests/support/temp_folder.h"

namespace rapport::test {

struct ShellAnswer {
  std::string out, err;
  int exit = 0;
};

class Shell {
 public:
  Shell();
  // Where the lines run. HOME is another folder, empty at first.
  std::filesystem::path folder() const { return room_ / "work"; }
  // Errors: kUpstream after 60 seconds.
  Result<ShellAnswer> run(std::string_view lines) const;
  // What to put before a command so that it sees the same environment.
  std::string prelude() const;

 private:
  TempFolder room_;
};

}  // namespace rapport::test
