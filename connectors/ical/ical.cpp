#include "connectors/ical/ical.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/ical/parse.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The address of a calendar (https:// or webcal://), or a .ics file, a folder or an archive of them.",
     .example = "https://calendar.example.org/community.ics", .required = true, .path = true},
};
constexpr Stream kStreams[] = {{"events", StreamKind::kIncremental}};

bool is_calendar_file(std::string_view name) {
  auto lower = lower_ascii(name);
  return lower.ends_with(".ics") || lower.ends_with(".ical") || lower.ends_with(".ifb") || lower.ends_with(".icalendar");
}

void take_file(const std::string& name, const std::string& text, Page& page) {
  if (!ical::looks_like_calendar(text))
    page.rejected.push_back({name, "not a calendar: it does not begin with BEGIN:VCALENDAR", repair_utf8(std::string_view{text}.substr(0, 200))});
  else if (!ical::read_calendar(text, name, page)) page.rejected.push_back({name, "the calendar breaks off before its END:VCALENDAR", {}});
}

// The cursor holds what the server said of the calendar's state.
Result<Page> read_live(const std::string& url, const std::string& cursor, Http& http) {
  JsonDocument document;
  auto known = document.parse(cursor);
  HttpRequest request{"GET", url, {{"Accept", "text/calendar, */*;q=0.5"}}, {}};
  if (known && !(*known)["etag"].text().empty()) request.headers.emplace_back("If-None-Match", (*known)["etag"].text());
  if (known && !(*known)["modified"].text().empty()) request.headers.emplace_back("If-Modified-Since", (*known)["modified"].text());
  auto response = TRY(http.send(request));
  Page page;
  page.caught_up = true;
  page.next = cursor;
  if (response.status == 304) return page;
  if (response.status < 200 || response.status > 299) return fail(error_of_status(request, response));
  if (!ical::looks_like_calendar(response.body))
    return fail(Error::Kind::kUpstream, fmt::format("{} is not a calendar", printable(url)), "open that address in a browser: it must give a file that begins with BEGIN:VCALENDAR");
  if (!ical::read_calendar(response.body, url, page))
    return fail(Error::Kind::kUpstream, fmt::format("the calendar at {} breaks off", printable(url)), "sync again: the answer did not come whole");
  JsonWriter json;
  json.begin_object().key("etag").value(response.header("ETag")).key("modified").value(response.header("Last-Modified")).end_object();
  page.next = std::move(json).text();
  return page;
}

class IcalConnector : public Connector {
 public:
  explicit IcalConnector(std::string url) : url_(std::move(url)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    if (!is_web_address(url_)) return read_saved(url_, cursor, is_calendar_file, take_file);
    return paged(cursor, [url = url_, &http](const std::string& at) { return read_live(url, at, http); });
  }

 private:
  std::string url_;
};

std::string with_https(std::string_view url) {
  return starts_with_ignoring_case(url, "webcal://") ? fmt::format("https://{}", url.substr(9)) : std::string{url};
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto url = with_https(settings.text("url"));
  std::error_code ignored;
  if (!is_web_address(url) && !std::filesystem::exists(url, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(url)), "check `url` of this source: an address with https://, or a .ics file");
  return std::unique_ptr<Connector>{std::make_unique<IcalConnector>(std::move(url))};
}

Recognised recognise(std::string_view what) {
  auto url = with_https(what);
  Recognised found{0, {}, {}, {{"url", url}}};
  if (is_web_address(url)) {
    auto path = url.substr(0, url.find_first_of("?#"));
    found.confidence = url != what ? 95 : is_calendar_file(path) ? 90 : 0;
    found.understood = "a calendar";
    auto host = std::string_view{url}.substr(url.find("://") + 3);
    found.name = std::string{host.substr(0, host.find_first_of("/:?#"))};
    return found;
  }
  std::filesystem::path path{what};
  if (!any_saved_file(path, is_calendar_file, 5, [](const std::string&, std::string_view beginning) { return ical::looks_like_calendar(beginning); })) return found;
  found.confidence = 90;
  found.understood = std::filesystem::is_directory(path) ? "saved calendars" : "a saved calendar";
  found.name = saved_name(path);
  return found;
}

}  // namespace

const ConnectorEntry kIcalConnector{
    .info = {.name = "ical",
             .summary = "events of calendars (iCal files and addresses) and who said that they would come",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "ical/model.sql")},
    .make_model = nullptr,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
