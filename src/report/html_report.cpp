#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "report/figures.h"
#include "report/story.h"
#include "report/svg_chart.h"

namespace rapport {
namespace {

std::string count(std::int64_t number) { return with_thousands(static_cast<double>(number)); }

// A link only where a browser may safely go.
std::string linked(const std::string& text, const std::string& url) {
  auto shown = html_escaped(text.empty() ? url : text);
  if (!url.starts_with("https://") && !url.starts_with("http://")) return shown;
  return fmt::format("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>", html_escaped(url), shown);
}

std::string head(const Story& story) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>{0}: community report</title><style>\n{1}</style></head><body><main>\n<h1>{0}</h1>\n<p class=\"quiet\">What developers did here from {2} to {3}</p>\n",
      html_escaped(story.project), embedded_file(embedded_models(), "report.css"), format_day(story.span.first), format_day(story.span.last));
}

std::string totals(const Story& story) {
  std::string out = "<ul class=\"totals\">";
  for (const auto& [number, name] : {std::pair{story.activities, "activities"}, {story.people, "people"}, {story.bots, "bots and agents"},
                                     {story.organizations, "organizations"}, {story.set_aside, "records set aside"}})
    if (number > 0) out += fmt::format("<li><b>{}</b>{}</li>", count(number), name);
  out += "</ul>\n<div class=\"scroll\"><table><thead><tr><th>Source</th><th>Connector</th><th>What it holds</th></tr></thead><tbody>";
  for (const auto& source : story.sources) {
    std::string kinds;
    for (const auto& [kind, n] : source.kinds) kinds += fmt::format("{}{} {}", kinds.empty() ? "" : ", ", count(n), replace_all(kind, "_", " "));
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", html_escaped(source.name), html_escaped(source.connector), html_escaped(kinds));
  }
  return out + "</tbody></table></div>\n";
}

std::string findings(const Story& story) {
  if (story.findings.empty()) return {};
  std::string out = "<h2>What stands out</h2>\n<ul class=\"findings\">";
  for (const auto& finding : story.findings) out += fmt::format("<li>{}<br><code>{}</code></li>", html_escaped(finding.text), html_escaped(finding.evidence));
  return out + "</ul>\n";
}

std::string charts(const Story& story) {
  std::string out = fmt::format("<h2>{}</h2>\n<div class=\"charts\">", story.grain == Grain::kYear ? "Year by year" : fmt::format("By {}", grain_name(story.grain)));
  for (const auto& line : story.lines) {
    auto title = line.segment == "all" ? line.metric->title : fmt::format("{}: {}", line.metric->title, line.segment);
    out += fmt::format("<figure><h3>{}</h3><p class=\"quiet\">{} In {}.</p>{}<figcaption>{}</figcaption></figure>\n", html_escaped(title),
                       html_escaped(line.metric->question), html_escaped(line.metric->unit), svg_chart(*line.metric, line.points, story.grain),
                       html_escaped(line.metric->caveat));
  }
  return out + "</div>\n";
}

std::string people(const Story& story) {
  if (story.answerers.empty()) return {};
  auto out = fmt::format("<h2>Who answers</h2>\n<p class=\"quiet\">{} replies to others in all</p><div class=\"scroll\"><table><thead><tr><th>Person</th><th>Side</th>"
                         "<th class=\"number\">Replies</th><th class=\"number\">Share</th></tr></thead><tbody>", count(story.answers));
  for (const auto& person : story.answerers)
    out += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{:.1f} %</td></tr>", html_escaped(person.name),
                       person.is_team ? "team" : "community", count(person.answers), 100.0 * static_cast<double>(person.answers) / static_cast<double>(story.answers));
  return out + "</tbody></table></div>\n";
}

std::string latest(const Story& story) {
  const auto& latest = story.latest;
  auto out = fmt::format("<h2>{} against {}</h2>\n{}<div class=\"scroll\"><table><thead><tr><th>Metric</th><th class=\"number\">Now</th><th class=\"number\">Before</th>"
                         "<th class=\"number\">Change</th><th>Reading</th></tr></thead><tbody>", bucket_label(latest.from, latest.grain),
                         bucket_label(latest.before_from, latest.grain), latest.complete ? "" : "<p class=\"quiet\">This period is not over yet.</p>\n");
  for (const auto& c : latest.comparisons) {
    auto title = c.segment == "all" ? c.metric->title : fmt::format("{}: {}", c.metric->title, c.segment);
    out += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>", html_escaped(title),
                       html_escaped(value_label(*c.metric, c.now.value)), html_escaped(value_label(*c.metric, c.before.value)),
                       html_escaped(change_label(*c.metric, c.change)), c.verdict == Verdict::kUnclear ? "too few events to say" : verdict_name(c.verdict));
  }
  out += "</tbody></table></div>\n";
  if (latest.unanswered.empty()) return out;
  out += "<h2>Waiting for a first reply</h2>\n<div class=\"scroll\"><table><thead><tr><th>Opened</th><th>Thread</th><th>Where</th><th>By</th></tr></thead><tbody>";
  for (const auto& thread : latest.unanswered)
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", format_day(std::chrono::floor<std::chrono::days>(thread.opened_at)),
                       linked(thread.title, thread.url), html_escaped(thread.place), html_escaped(thread.opened_by));
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string html_report(const Story& story) {
  auto out = head(story) + totals(story) + findings(story);
  if (!story.lines.empty()) out += charts(story);
  out += people(story) + latest(story);
  out += fmt::format("<p class=\"quiet\">A change counts as better, worse or changed when it is beyond what chance does to that metric; shares and medians of fewer than {} "
                     "events are lists, not rates, and drawn hollow.{}</p>\n</main></body></html>\n", kFewEvents,
                     story.team_known ? "" : " No team is named in rapport.toml: everybody counts as community.");
  return out;
}

}  // namespace rapport
