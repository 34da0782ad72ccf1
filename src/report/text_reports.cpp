// The story as Markdown, for wikis and mails, and as JSON, for programs.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "report/figures.h"
#include "report/story.h"

namespace rapport {
namespace {

// Text from outside as plain Markdown text: nothing in it is markup or starts HTML.
std::string plain(std::string_view text) {
  std::string out;
  for (char c : printable(text)) {
    if (std::string_view{"\\`*_[]|#<>!"}.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void write_point(JsonWriter& json, const Point& point) {
  json.begin_object().key("at").value(format_day(point.at)).key("value");
  point.value ? json.value(*point.value) : json.null();
  json.key("n").value(point.n).key("few").value(point.few).end_object();
}

}  // namespace

std::string markdown_report(const Story& story) {
  auto out = fmt::format("# {}\n\n{} to {}: {} activities by {} {}.\n", plain(story.project), format_day(story.span.first), format_day(story.span.last),
                         with_thousands(static_cast<double>(story.activities)), with_thousands(static_cast<double>(story.people)), story.people == 1 ? "person" : "people");
  if (!story.findings.empty()) out += "\n## What stands out\n\n";
  for (const auto& finding : story.findings) out += fmt::format("- {}\n", plain(finding.text));
  if (!story.lines.empty()) {
    out += "\n## Over time\n\n|  |";
    std::string rule = "\n| --- |";
    for (const auto& point : story.lines.front().points) {
      out += fmt::format(" {} |", bucket_label(point.at, story.grain));
      rule += " ---: |";
    }
    out += rule;
    for (const auto& line : story.lines) {
      out += fmt::format("\n| {} |", plain(line.segment == "all" ? line.metric->title : line.metric->title + ", " + line.segment));
      for (const auto& point : line.points) out += fmt::format(" {}{} |", value_label(*line.metric, point.value), point.few && point.value ? "\\*" : "");
    }
    out += fmt::format("\n\n\\* of fewer than {} events: a list, not a rate.\n", kFewEvents);
  }
  if (!story.answerers.empty()) out += "\n## Who answers\n\n| Person | Replies |\n| --- | ---: |\n";
  for (const auto& person : story.answerers) out += fmt::format("| {} | {} |\n", plain(person.name), person.answers);
  return out;
}

std::string json_report(const Story& story) {
  JsonWriter json;
  json.begin_object().key("project").value(story.project).key("from").value(format_day(story.span.first)).key("to").value(format_day(story.span.last));
  json.key("activities").value(story.activities).key("people").value(story.people).key("bots").value(story.bots);
  json.key("organizations").value(story.organizations).key("set_aside").value(story.set_aside).key("grain").value(grain_name(story.grain));
  json.key("sources").begin_array();
  for (const auto& source : story.sources) {
    json.begin_object().key("name").value(source.name).key("connector").value(source.connector).key("activities").begin_object();
    for (const auto& [kind, n] : source.kinds) json.key(kind).value(n);
    json.end_object().end_object();
  }
  json.end_array().key("findings").begin_array();
  for (const auto& finding : story.findings) json.begin_object().key("text").value(finding.text).key("evidence").value(finding.evidence).end_object();
  json.end_array().key("lines").begin_array();
  for (const auto& line : story.lines) {
    json.begin_object().key("metric").value(line.metric->name).key("segment").value(line.segment).key("points").begin_array();
    for (const auto& point : line.points) write_point(json, point);
    json.end_array().end_object();
  }
  json.end_array().key("answerers").begin_array();
  for (const auto& person : story.answerers)
    json.begin_object().key("name").value(person.name).key("team").value(person.is_team).key("answers").value(person.answers).end_object();
  json.end_array().key("answers").value(story.answers).end_object();
  return json.text() + "\n";
}

}  // namespace rapport
