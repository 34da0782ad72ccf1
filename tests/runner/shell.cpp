#include "tests/runner/shell.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"

namespace rapport::test {
namespace {

std::string shell_quoted(std::string_view text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

}  // namespace

Shell::Shell() {
  fs::create_directories(room_ / "work");
  fs::create_directories(room_ / "home");
  fs::create_directories(room_ / "bin");
  const char* program = std::getenv("RAPPORT");
  fs::create_symlink(fs::absolute(program == nullptr ? "rapport" : program), room_ / "bin" / "rapport");
}

std::string Shell::prelude() const {
  return fmt::format(
      "unset NO_COLOR TERM XDG_CONFIG_HOME\n"
      "export HOME={} PATH={}:\"$PATH\" TZ=UTC LC_ALL=C.UTF-8 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1\n"
      "cd {}\n. {}\n",
      shell_quoted((room_ / "home").string()), shell_quoted((room_ / "bin").string()), shell_quoted(folder().string()),
      shell_quoted(fs::absolute("tests/cases/setup.sh").string()));
}

Result<ShellAnswer> Shell::run(std::string_view lines) const {
  auto script = room_.write("script.sh", prelude() + std::string{lines});
  auto command = fmt::format("timeout 60 bash {} > {} 2> {} < /dev/null", shell_quoted(script.string()), shell_quoted((room_ / "out").string()),
                             shell_quoted((room_ / "err").string()));
  int status = std::system(command.c_str());
  ShellAnswer answer;
  answer.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  answer.out = room_.read("out");
  answer.err = room_.read("err");
  if (answer.exit == 124) return fail(Error::Kind::kUpstream, "did not end within 60 seconds\n" + answer.out + answer.err);
  return answer;
}

}  // namespace rapport::test
