// rapport_cases [--actual DIR] FILE-OR-FOLDER…
//
// Runs the case files and ends with "N passed, N failed". With --actual, the text that a failing case should have had
// is written to DIR under the case's own path; tools/accept builds on that.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "tests/runner/kinds.h"
#include "tests/support/temp_folder.h"

namespace rapport::test {
namespace {

Result<std::string> replay(const fs::path& file, std::string_view text) {
  if (!text.starts_with("# ")) return fail(Error::Kind::kBadInput, "a case begins with \"# name\" and \"# description\"");
  if (file.extension() == ".test") return replay_sql_case(file, text);
  if (text.find("\n[request]\n") != std::string_view::npos) return replay_http_case(file, text);
  return replay_cli_case(file, text);
}

std::vector<fs::path> find_cases(const std::vector<std::string>& roots) {
  std::vector<fs::path> cases;
  for (const auto& root : roots) {
    if (fs::is_regular_file(root)) cases.emplace_back(root);
    else
      for (const auto& entry : fs::recursive_directory_iterator{root})
        if (entry.path().extension() == ".test" || entry.path().extension() == ".case") cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::string difference(std::string_view wanted, std::string_view actual) {
  TempFolder room;
  auto a = room.write("expected", wanted), b = room.write("actual", actual);
  // diff exits with 1 for "they differ", so its output is taken through a shell that forgives it.
  auto answer = run_process({.arguments = {"sh", "-c", "diff -U3 --label expected --label actual \"$0\" \"$1\" || true", a.string(), b.string()},
                             .folder = {}, .environment = {}, .input = {}});
  return answer ? *answer : std::string{actual};
}

int run(std::vector<std::string> words) {
  fs::path actual_folder;
  if (words.size() >= 2 && words[0] == "--actual") {
    actual_folder = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  int passed = 0, failed = 0;
  for (const auto& file : find_cases(words)) {
    auto text = read_file(file);
    auto actual = text ? replay(file, *text) : text;
    if (actual && *actual == *text) {
      ++passed;
      continue;
    }
    ++failed;
    std::cout << "FAILED " << file.string() << "\n";
    if (!actual) {
      std::cout << actual.error().what << "\n";
      for (const auto& step : actual.error().trail) std::cout << "  while " << step << "\n";
      continue;
    }
    std::cout << difference(*text, *actual) << std::flush;
    if (actual_folder.empty()) continue;
    auto copy = actual_folder / file.relative_path();
    fs::create_directories(copy.parent_path());
    if (auto written = write_file(copy, *actual); !written) std::cout << written.error().what << "\n";
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rapport::test

int main(int count, char** words) { return rapport::test::run({words + 1, words + count}); }
