#include <fmt/format.h>

#include "base/text.h"
#include "tests/runner/kinds.h"
#include "tests/runner/scrub.h"
#include "tests/runner/sections.h"
#include "tests/runner/shell.h"

namespace rapport::test {
namespace {

// A carriage return (CSV has them) is made visible and an output without a last line break says so, for the sake of
// the file that holds it.
std::string as_lines(std::string text) {
  text = replace_all(text, "\r\n", "␍\n");
  if (!text.empty() && text.back() != '\n') text += "(no line break)\n";
  return text;
}

}  // namespace

Result<std::string> replay_cli_case(const std::filesystem::path&, std::string_view text) {
  auto sections = cut_sections(text, {"cmd", "out", "err", "exit"});
  const auto* commands = find_section(sections, "cmd");
  if (commands == nullptr) return fail(Error::Kind::kBadInput, "the case has no [cmd]");
  Shell shell;
  auto scrub = TRY(Scrubber::of(text, shell.folder().string()));
  auto answer = TRY(shell.run(commands->text));
  if (find_section(sections, "exit") == nullptr && answer.exit != 0) sections.push_back({"exit", {}});
  for (auto& section : sections) {
    if (section.name == "out") section.text = as_lines(scrub(answer.out));
    if (section.name == "err") section.text = as_lines(scrub(answer.err));
    if (section.name == "exit") section.text = fmt::format("{}\n", answer.exit);
  }
  return join_sections(sections);
}

}  // namespace rapport::test
