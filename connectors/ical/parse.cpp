#include "connectors/ical/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/digest.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "connectors/ical/zone.h"

namespace rapport::ical {
namespace {

struct Event {
  std::vector<Line> lines;
  std::int64_t began = 0;  // its first line

  const Line* line(std::string_view name) const {
    auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.name == name; });
    return found == lines.end() ? nullptr : &*found;
  }
  std::string_view value(std::string_view name) const { return line(name) == nullptr ? std::string_view{} : std::string_view{line(name)->value}; }
};

struct Calendar {
  std::string name, zone, method;
  std::vector<Zone> zones;
  std::vector<Event> events;
};

std::string utc_of(const Line& line, const std::vector<Zone>& zones) {
  auto zone_name = line.parameter("TZID");
  if (zone_name.empty()) return {};
  auto zone = std::find_if(zones.begin(), zones.end(), [&](const auto& z) { return z.name == zone_name; });
  auto local = parse_local(line.value);
  if (zone == zones.end() || !local) return {};
  auto utc = zone->utc(*local);
  return utc ? format_time(*utc) : std::string{};
}

std::string json_of(const Event& event, const Calendar& calendar) {
  std::vector<std::string_view> names;  // in order of first appearance
  for (const auto& line : event.lines)
    if (std::find(names.begin(), names.end(), line.name) == names.end()) names.push_back(line.name);
  JsonWriter json;
  json.begin_object().key("calendar").begin_object().key("name").value(calendar.name).key("zone").value(calendar.zone);
  json.key("method").value(calendar.method).end_object().key("event").begin_object();
  for (auto name : names) {
    json.key(name).begin_array();
    for (const auto& line : event.lines) {
      if (line.name != name) continue;
      json.begin_object().key("#").value(unescaped(line.value));
      std::vector<std::string_view> written{"UTC"};
      for (const auto& [parameter, value] : line.parameters) {
        if (std::find(written.begin(), written.end(), parameter) != written.end()) continue;
        written.push_back(parameter);
        json.key("@" + parameter).value(value);
      }
      if (auto utc = utc_of(line, calendar.zones); !utc.empty()) json.key("@UTC").value(utc);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object().end_object();
  return std::move(json).text();
}

void add_event(const Event& event, const Calendar& calendar, const std::string& name, Page& page) {
  auto start = event.value("DTSTART");
  if (start.empty()) {
    auto title = unescaped(event.value("SUMMARY"));
    page.rejected.push_back({fmt::format("{} line {}", name, event.began), "the event has no DTSTART", repair_utf8(std::string_view{title}.substr(0, 200))});
    return;
  }
  std::string id{event.value("UID")};
  if (id.empty()) id = "without UID " + sha256_hex(fmt::format("{}\n{}", start, event.value("SUMMARY")), 24);
  if (auto instance = event.value("RECURRENCE-ID"); !instance.empty()) id += fmt::format("/{}", instance);
  bool cancelled = lower_ascii(event.value("STATUS")) == "cancelled" || lower_ascii(calendar.method) == "cancel";
  page.records.push_back({repair_utf8(id), json_of(event, calendar), std::nullopt, cancelled});
}

class CalendarParser {
 public:
  CalendarParser(const std::string& name, Page& page) : name_(name), page_(page) {}

  bool parse(std::string_view text) {
    UnfoldedLines lines{text};
    std::string written;
    bool any = false;
    while (lines.next(written)) {
      auto line = parse_line(written);
      if (!line) {
        page_.rejected.push_back({fmt::format("{} line {}", name_, lines.number()), "not a name and a value", written.substr(0, 200)});
        continue;
      }
      if (line->name == "BEGIN") {
        open_.push_back(upper(line->value));
        any = any || open_.back() == "VCALENDAR";
        begin(lines.number());
      } else if (line->name == "END") {
        end(upper(line->value));
      } else {
        property(std::move(*line));
      }
    }
    bool whole = any && open_.empty();
    if (!calendar_.events.empty()) finish();  // of a text that breaks off, the events that came whole
    return whole;
  }

 private:
  static std::string upper(std::string_view text) {
    std::string out{trim(text)};
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
    return out;
  }
  bool within(std::string_view component) const { return std::find(open_.begin(), open_.end(), component) != open_.end(); }

  void begin(std::int64_t line) {
    const auto& what = open_.back();
    if (what == "VCALENDAR") calendar_ = {};
    else if (what == "VEVENT") event_ = {{}, line};
    else if (what == "VTIMEZONE") calendar_.zones.emplace_back();
    else if ((what == "STANDARD" || what == "DAYLIGHT") && within("VTIMEZONE") && !calendar_.zones.empty()) calendar_.zones.back().observances.emplace_back();
  }

  void end(std::string_view what) {
    if (!within(what)) return;
    while (open_.back() != what) open_.pop_back();  // ends that were forgotten
    open_.pop_back();
    if (what == "VEVENT") calendar_.events.push_back(std::exchange(event_, {}));
    else if (what == "VCALENDAR") finish();
  }

  void property(Line line) {
    if (open_.empty()) return;
    const auto& in = open_.back();
    if (in == "VEVENT") {
      event_.lines.push_back(std::move(line));
    } else if (in == "VTIMEZONE" && !calendar_.zones.empty()) {
      if (line.name == "TZID") calendar_.zones.back().name = line.value;
    } else if ((in == "STANDARD" || in == "DAYLIGHT") && !calendar_.zones.empty() && !calendar_.zones.back().observances.empty()) {
      take_property(calendar_.zones.back().observances.back(), line);
    } else if (in == "VCALENDAR") {
      if (line.name == "X-WR-CALNAME" || line.name == "NAME") calendar_.name = unescaped(line.value);
      else if (line.name == "X-WR-TIMEZONE" || line.name == "TIMEZONE-ID") calendar_.zone = line.value;
      else if (line.name == "METHOD") calendar_.method = line.value;
    }
  }

  void finish() {
    for (const auto& event : calendar_.events) add_event(event, calendar_, name_, page_);
    calendar_ = {};
  }

  const std::string& name_;
  Page& page_;
  std::vector<std::string> open_;
  Calendar calendar_;
  Event event_;
};

}  // namespace

bool looks_like_calendar(std::string_view beginning) {
  if (beginning.starts_with("\xEF\xBB\xBF")) beginning.remove_prefix(3);
  return starts_with_ignoring_case(trim(beginning.substr(0, 200)), "BEGIN:VCALENDAR");
}

bool read_calendar(std::string_view text, const std::string& name, Page& page) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto readable = is_valid_utf8(text) ? std::string{} : utf8_from_latin1(text);
  return CalendarParser{name, page}.parse(readable.empty() ? text : std::string_view{readable});
}

}  // namespace rapport::ical
