#include "connectors/web_days.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport {
namespace {

constexpr std::chrono::days kDaysPerAsk{31};

struct DaysCursor {
  std::optional<Day> top, floor, to;  // the pass: its first and last day, and the last day of the request to come
  std::string token;

  std::string to_text() const {
    auto text = [](const std::optional<Day>& day) { return day ? format_day(*day) : std::string{}; };
    JsonWriter json;
    json.begin_object().key("top").value(text(top)).key("floor").value(text(floor)).key("to").value(text(to)).key("token").value(token).end_object();
    return std::move(json).text();
  }
  static DaysCursor parse(const std::string& text) {
    DaysCursor cursor;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return cursor;
    auto day = [&](std::string_view name) {
      auto found = parse_day((*root)[name].text());
      return found ? std::optional<Day>{*found} : std::nullopt;
    };
    cursor.top = day("top");
    cursor.floor = day("floor");
    cursor.to = day("to");
    cursor.token = (*root)["token"].text();
    return cursor;
  }
};

}  // namespace

RawRecord record_of(const VisitsOfDay& visits) {
  JsonWriter json;
  json.begin_object().key("day").value(visits.day).key("source").value(visits.source).key("medium").value(visits.medium).key("campaign").value(visits.campaign);
  json.key("visits").value(visits.visits).key("visitors").value(visits.visitors).end_object();
  return {fmt::format("{}/{}/{}/{}", visits.day, visits.medium, percent_encoded(visits.campaign), visits.source), std::move(json).text(), std::nullopt, false};
}

RawRecord record_of(const ViewsOfDay& views) {
  JsonWriter json;
  json.begin_object().key("day").value(views.day).key("host").value(views.host).key("page").value(views.page);
  json.key("views").value(views.views).key("visitors").value(views.visitors).end_object();
  return {fmt::format("{}/{}/{}", views.day, views.host, views.page), std::move(json).text(), std::nullopt, false};
}

std::unique_ptr<Reader> read_days(std::string text, Day today, std::chrono::seconds look_back, std::function<Result<std::optional<Day>>()> first_day,
                                  std::function<Result<DaysAnswer>(const DaysAsk&)> fetch) {
  auto again = std::chrono::floor<std::chrono::days>(look_back);
  return paged(std::move(text), [today, again, first_day = std::move(first_day), fetch = std::move(fetch)](const std::string& at) -> Result<Page> {
    auto cursor = DaysCursor::parse(at);
    if (!cursor.to) {  // a new pass
      cursor.floor = cursor.top ? std::optional<Day>{*cursor.top - again} : TRY(first_day());
      if (!cursor.floor) {  // nothing was ever counted: to be asked again
        Page nothing;
        nothing.caught_up = true;
        nothing.next = cursor.to_text();
        return nothing;
      }
      cursor.top = std::max(today, *cursor.floor);
      cursor.to = cursor.top;
    }
    auto from = std::max(*cursor.floor, *cursor.to - kDaysPerAsk + std::chrono::days{1});
    auto answer = TRY(fetch(DaysAsk{from, *cursor.to, cursor.token}));
    cursor.token = answer.token;
    if (cursor.token.empty()) {
      if (from > *cursor.floor) {
        cursor.to = from - std::chrono::days{1};
      } else {
        cursor.to.reset();
        answer.page.caught_up = true;
      }
    }
    answer.page.next = cursor.to_text();
    return std::move(answer.page);
  });
}

std::string web_days_model(std::string_view site) {
  return fmt::format("SET VARIABLE web_site = {};\n{}", sql_quoted(site), embedded_file(embedded_connectors(), "web_days.sql"));
}

}  // namespace rapport
