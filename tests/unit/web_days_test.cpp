// Counts of web analytics: which days are asked for, and lists that take several answers.
#include <gtest/gtest.h>

#include <map>

#include "base/json.h"
#include "base/text.h"
#include "connectors/connector.h"
#include "connectors/web_days.h"
#include "tests/support/environment.h"
#include "tests/support/result_matchers.h"

namespace rapport::test {
namespace {

Day day(std::string_view text) { return *parse_day(text); }

// "from..to" of every question until caught up, and the cursor that is left.
std::string days_asked(std::string& cursor, std::string_view today, std::optional<Day> first, std::chrono::days look_back, int answers_per_ask = 1) {
  std::string asked;
  auto reader = read_days(cursor, day(today), look_back, [&]() -> Result<std::optional<Day>> { asked += "first "; return first; },
                          [&](const DaysAsk& ask) -> Result<DaysAnswer> {
                            asked += format_day(ask.from) + ".." + format_day(ask.to) + (ask.token.empty() ? " " : "#" + ask.token + " ");
                            DaysAnswer answer;
                            auto next = ask.token.size() + 1;
                            if (next < static_cast<std::size_t>(answers_per_ask)) answer.token = std::string(next, 'x');
                            return answer;
                          });
  for (int i = 0; i < 100; ++i) {
    auto page = reader->next();
    if (!page) return "error";
    cursor = page->next;
    if (page->caught_up) return asked;
  }
  return asked + "and so on";
}

TEST(WebDays, go_down_month_by_month_and_then_only_young_days) {
  std::string cursor;
  EXPECT_EQ(days_asked(cursor, "2026-01-01", day("2025-11-20"), std::chrono::days{3}), "first 2025-12-02..2026-01-01 2025-11-20..2025-12-01 ");
  EXPECT_EQ(days_asked(cursor, "2026-01-01", day("2025-11-20"), std::chrono::days{3}), "2025-12-29..2026-01-01 ");
  EXPECT_EQ(days_asked(cursor, "2026-01-03", day("2025-11-20"), std::chrono::days{0}), "2026-01-01..2026-01-03 ");
  // After a long pause every day since is read, and the young ones before it.
  EXPECT_EQ(days_asked(cursor, "2026-03-01", day("2025-11-20"), std::chrono::days{1}), "2026-01-30..2026-03-01 2026-01-02..2026-01-29 ");
}

TEST(WebDays, of_a_list_in_several_answers_all_are_asked_for) {
  std::string cursor;
  EXPECT_EQ(days_asked(cursor, "2026-01-01", day("2025-12-31"), std::chrono::days{3}, 3), "first 2025-12-31..2026-01-01 2025-12-31..2026-01-01#x 2025-12-31..2026-01-01#xx ");
}

TEST(WebDays, a_site_without_counts_is_asked_again) {
  std::string cursor;
  EXPECT_EQ(days_asked(cursor, "2026-01-01", std::nullopt, std::chrono::days{3}), "first ");
  EXPECT_EQ(days_asked(cursor, "2026-01-05", day("2026-01-04"), std::chrono::days{3}), "first 2026-01-04..2026-01-05 ");
}

// A server that has `rows` rows of one day, as many an answer as it is asked for.
class ManyRows : public Http {
 public:
  explicit ManyRows(std::int64_t rows) : rows_(rows) {}
  std::vector<std::string> offsets;
  Result<HttpResponse> send(const HttpRequest& request) override {
    bool matomo = request.body.starts_with("module=");
    auto number_behind = [&](std::string_view mark) {
      auto at = request.body.find(mark);
      return at == std::string::npos ? std::int64_t{0} : static_cast<std::int64_t>(std::stoll(request.body.substr(at + mark.size())));
    };
    auto offset = number_behind(matomo ? "filter_offset=" : "\"offset\":"), limit = number_behind(matomo ? "filter_limit=" : "\"limit\":");
    if (limit == 1) return HttpResponse{200, {}, R"({"results":[{"metrics":[1],"dimensions":["2025-12-31"]}]})"};
    offsets.push_back(std::to_string(offset));
    std::string list;
    for (auto i = offset; i < std::min(rows_, offset + limit); ++i) {
      list += list.empty() ? "" : ",";
      if (matomo) list += "{\"label\":\"/p" + std::to_string(i) + "\",\"nb_hits\":1}";
      else list += "{\"metrics\":[1,1],\"dimensions\":[\"2025-12-31\",\"docs.example.org\",\"/p" + std::to_string(i) + "\"]}";
    }
    return HttpResponse{200, {}, matomo ? "{\"2025-12-31\":[" + list + "],\"2026-01-01\":[]}" : "{\"results\":[" + list + "]}"};
  }

 private:
  std::int64_t rows_;
};

struct Read {
  std::size_t records = 0;
  std::string offsets;
};

Read read_views(std::string_view connector, std::map<std::string, std::string> given, std::int64_t rows) {
  EnvironmentVariable token{"WEB_DAYS_TOKEN", "t"};
  StoppedClock clock{*parse_time("2026-01-01T00:00:00Z")};
  const auto* entry = *find_connector(connector);
  given["token"] = "$WEB_DAYS_TOKEN";
  auto settings = Settings::parse(entry->info.settings, given);
  if (!settings) return {};
  auto opened = entry->open(*settings);
  ManyRows server{rows};
  auto reader = (*opened)->read(kViewsStream, {}, server);
  Read read;
  for (int i = 0; i < 10; ++i) {
    auto page = (*reader)->next();
    if (!page) return {0, page.error().what};
    read.records += page->records.size();
    if (page->caught_up) break;
  }
  read.offsets = join(server.offsets, " ");
  return read;
}

TEST(WebDays, servers_are_asked_for_row_after_row) {
  std::map<std::string, std::string> plausible{{"site", "docs.example.org"}}, matomo{{"site", "1"}, {"url", "https://stats.example.org"}, {"since", "2025-12-31"}};
  for (const auto& [connector, settings] : {std::pair{"plausible", plausible}, std::pair{"matomo", matomo}}) {
    auto some = read_views(connector, settings, 2300);
    EXPECT_EQ(some.records, 2300u) << connector;
    EXPECT_EQ(some.offsets, "0 1000 2000") << connector;
    // A full answer may have been the last: the one behind it is empty.
    auto full = read_views(connector, settings, 1000);
    EXPECT_EQ(full.records, 1000u) << connector;
    EXPECT_EQ(full.offsets, "0 1000") << connector;
  }
}

}  // namespace
}  // namespace rapport::test
