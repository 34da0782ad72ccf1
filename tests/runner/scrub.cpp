#include "tests/runner/scrub.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace rapport::test {

Result<Scrubber> Scrubber::of(std::string_view case_text, std::string folder) {
  Scrubber scrubber;
  scrubber.folder_ = std::move(folder);
  auto add = [&](const std::string& pattern, std::string by) { scrubber.rules_.emplace_back(std::regex{pattern}, std::move(by)); };
  // Today's and yesterday's, so that dates of fixtures stay as they are.
  auto today = std::chrono::floor<std::chrono::days>(now());
  for (auto day : {today, today - std::chrono::days{1}}) {
    add(format_day(day) + "[T ][0-9]{2}:?[0-9]{2}(:?[0-9]{2}(\\.[0-9]+)?)?(Z|\\+00)?", "TIME");
    add(format_day(day), "TODAY");
  }
  add("rapport [0-9]+\\.[0-9]+\\.[0-9]+", "rapport VERSION");
  add("DuckDB v[0-9.]+", "DuckDB VERSION");
  add("schema [0-9]+", "schema N");
  add("process [0-9]+", "process PID");
  add("127\\.0\\.0\\.1:[0-9]+", "127.0.0.1:PORT");
  for (auto line : split(case_text, '\n')) {
    if (!line.starts_with('#')) break;
    constexpr std::string_view kRule = "# scrub:";
    if (!line.starts_with(kRule)) continue;
    line.remove_prefix(kRule.size());
    auto arrow = line.find(" => ");
    if (arrow == std::string_view::npos) return fail(Error::Kind::kBadInput, fmt::format("expected REGEX => TEXT: {}", line));
    try {
      add(std::string{trim(line.substr(0, arrow))}, std::string{trim(line.substr(arrow + 4))});
    } catch (const std::regex_error& thrown) {
      return fail(Error::Kind::kBadInput, fmt::format("{}: {}", thrown.what(), line));
    }
  }
  return scrubber;
}

std::string Scrubber::operator()(std::string text) const {
  text = replace_all(text, folder_, "DIR");
  for (const auto& [pattern, by] : rules_) text = std::regex_replace(text, pattern, by);
  return text;
}

}  // namespace rapport::test
