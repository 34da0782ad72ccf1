#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/figures.h"
#include "report/story.h"

namespace rapport {
namespace {

struct Ink {
  bool colour;
  std::string strong(std::string_view text) const { return colour ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string{text}; }
  std::string quiet(std::string_view text) const { return colour ? fmt::format("\x1b[2m{}\x1b[0m", text) : std::string{text}; }
  std::string accent(std::string_view text) const { return colour ? fmt::format("\x1b[36m{}\x1b[0m", text) : std::string{text}; }
};

std::string column(std::string_view text, std::size_t width, bool right = false) {
  auto cut = elide(text, width);
  std::string space(width - std::min(width, display_width(cut)), ' ');
  return right ? space + cut : cut + space;
}

std::string plural(std::string_view kind, std::int64_t count) {
  std::string word = replace_all(kind, "_", " ");
  if (count == 1) return word;
  if (word.ends_with('y')) return word.substr(0, word.size() - 1) + "ies";
  return word.ends_with('s') ? word : word + "s";
}

std::string source_line(const SourceCount& source) {
  std::string line = fmt::format("{} ({}): ", printable(source.name), source.connector);
  for (std::size_t i = 0; i < std::min<std::size_t>(4, source.kinds.size()); ++i) {
    const auto& [kind, count] = source.kinds[i];
    line += fmt::format("{}{} {}", i == 0 ? "" : ", ", with_thousands(static_cast<double>(count)), plural(kind, count));
  }
  return line;
}

// Broken at blanks so that no line is wider than `columns`.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view first, std::string_view rest) {
  std::string out{first};
  std::size_t width = display_width(first);
  bool begun = false;
  for (auto word : split(text, ' ')) {
    auto size = display_width(word);
    if (begun && width + 1 + size > columns) {
      out += "\n" + std::string{rest};
      width = display_width(rest);
      begun = false;
    }
    if (begun) out += ' ', ++width;
    out += word;
    width += size;
    begun = true;
  }
  return out + "\n";
}

std::string lines_section(const Story& story, const Ink& ink, std::size_t columns) {
  std::string out;
  const auto& points = story.lines.front().points;
  auto title = story.grain == Grain::kYear ? "Year by year" : fmt::format("By {}", grain_name(story.grain));
  out += fmt::format("\n{} {}\n", ink.strong(title), ink.quiet(fmt::format("{} to {}", bucket_label(points.front().at, story.grain), bucket_label(points.back().at, story.grain))));
  std::size_t spark = std::min<std::size_t>(points.size(), columns > 90 ? 40 : 24);
  for (const auto& line : story.lines) {
    std::vector<Point> shown{line.points.end() - static_cast<std::ptrdiff_t>(std::min(spark, line.points.size())), line.points.end()};
    auto best = std::max_element(line.points.begin(), line.points.end(), [](auto& a, auto& b) { return a.value.value_or(0) < b.value.value_or(0); });
    auto name = line.segment == "all" ? line.metric->title : fmt::format("{}, {}", line.metric->title, line.segment);
    const auto& last = line.points[std::max<std::size_t>(1, story.whole_buckets) - 1];
    out += fmt::format("  {} {}  most {} in {}, {} in {}\n", column(name, 38), ink.accent(sparkline(shown)), value_label(*line.metric, best->value),
                       bucket_label(best->at, story.grain), value_label(*line.metric, last.value), bucket_label(last.at, story.grain));
  }
  return out;
}

std::string people_section(const Story& story, const Ink& ink, std::size_t columns) {
  if (story.answerers.empty()) return {};
  std::string out = fmt::format("\n{} {}\n", ink.strong("Who answers"), ink.quiet(fmt::format("of {} replies to others", with_thousands(static_cast<double>(story.answers)))));
  std::size_t width = std::min<std::size_t>(30, columns / 3);
  for (std::size_t i = 0; i < std::min<std::size_t>(5, story.answerers.size()); ++i) {
    const auto& person = story.answerers[i];
    double share = 100.0 * static_cast<double>(person.answers) / static_cast<double>(story.answers);
    std::string bar;
    for (int k = 0; k < static_cast<int>(share / 2 + 0.5); ++k) bar += "█";
    out += fmt::format("  {} {} {:>4.0f} %  {}{}\n", column(printable(person.name), width), column(with_thousands(static_cast<double>(person.answers)), 7, true), share,
                       ink.accent(bar), person.is_team ? " team" : "");
  }
  return out;
}

std::string latest_section(const Story& story, const Ink& ink) {
  const auto& latest = story.latest;
  std::string out = fmt::format("\n{} {}\n", ink.strong(bucket_label(latest.from, latest.grain)),
                                ink.quiet(fmt::format("against {}{}", bucket_label(latest.before_from, latest.grain), latest.complete ? "" : "; not over yet")));
  int shown = 0;
  for (const auto& comparison : latest.comparisons) {
    if (comparison.segment != "all" || (comparison.now.n == 0 && comparison.before.n == 0)) continue;
    auto verdict = comparison.verdict == Verdict::kUnclear ? "too few events to say" : std::string{verdict_name(comparison.verdict)};
    out += fmt::format("  {} {} {} {}  {}\n", column(comparison.metric->title, 30), column(value_label(*comparison.metric, comparison.now.value), 10, true),
                       ink.quiet("was " + column(value_label(*comparison.metric, comparison.before.value), 10)),
                       column(change_label(*comparison.metric, comparison.change), 10, true), verdict);
    if (++shown == 6) break;
  }
  if (shown == 0) out += "  nothing happened\n";
  if (!latest.unanswered.empty())
    out += fmt::format("  {} threads of this month wait for a first reply; the oldest: {}\n", latest.unanswered.size(),
                       elide(printable(latest.unanswered.front().title), 50));
  return out;
}

}  // namespace

std::string terminal_report(const Story& story, int terminal_columns, bool colour) {
  Ink ink{colour};
  auto columns = static_cast<std::size_t>(std::clamp(terminal_columns, 60, 120));
  std::string out = fmt::format("{}  {}\n", ink.strong(printable(story.project)), ink.quiet(fmt::format("{} to {}", format_day(story.span.first), format_day(story.span.last))));
  out += fmt::format("{} activities by {} {}", with_thousands(static_cast<double>(story.activities)), with_thousands(static_cast<double>(story.people)), story.people == 1 ? "person" : "people");
  if (story.bots > 0) out += fmt::format(" and {} {}", story.bots, story.bots == 1 ? "bot" : "bots");
  if (story.organizations > 0) out += fmt::format(" of {} organizations", with_thousands(static_cast<double>(story.organizations)));
  out += "\n";
  for (const auto& source : story.sources) out += "  " + elide(source_line(source), columns - 2) + "\n";
  if (!story.lines.empty()) out += lines_section(story, ink, columns);
  if (!story.findings.empty()) {
    out += fmt::format("\n{}\n", ink.strong("What stands out"));
    for (const auto& finding : story.findings) out += wrapped(finding.text, columns, "  • ", "    ");
  }
  out += people_section(story, ink, columns);
  out += latest_section(story, ink);
  if (story.set_aside > 0) out += fmt::format("\n{} records were set aside: rapport rejected\n", with_thousands(static_cast<double>(story.set_aside)));
  if (!story.team_known) out += ink.quiet("\nNo team is named in rapport.toml: everybody counts as community.\n");
  return out;
}

}  // namespace rapport
