// The handlers of src/server on a small store, without sockets. What the live answers look like against the schema is
// compared in tests/http.
#include <gtest/gtest.h>

#include "base/gzip.h"
#include "base/json_writer.h"
#include "server/changes.h"
#include "server/routes.h"
#include "server/static.h"
#include "store/migrations.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using test::fails;
using test::ok;

// One forum with one question by Ada, answered by Grace of the team an hour later, both with hostile text.
Store small_store() {
  auto store = test::memory_store();
  auto filled = store.execute(R"sql(
    INSERT INTO source VALUES (1, 'forum', 'discourse', 'https://forum.example.org');
    INSERT INTO place VALUES (10, 1, 'category', 'Help & <b>', 'https://forum.example.org/c/1');
    INSERT INTO account VALUES (100, 1, 'discourse', '1', 'ada', 'Ada', NULL, 'human', NULL), (101, 1, 'discourse', '2', 'grace', 'Grace', NULL, 'human', NULL);
    INSERT INTO person VALUES (9007199254740993, 'Ada', 'human'), (9007199254740995, 'Grace', 'human');
    INSERT INTO account_person VALUES (100, 9007199254740993, 1, ''), (101, 9007199254740995, 1, '');
    INSERT INTO team_member VALUES (9007199254740995, '');
    INSERT INTO team_rule VALUES ('team', 'Grace');
    INSERT INTO thread VALUES (1000, 1, 10, '</script>', 'javascript:alert(1)', '2024-03-05 10:00:00+00', 100, NULL);
    INSERT INTO activity VALUES
      (5000, 1, 10, 1000, NULL, 100, 'question', '2024-03-05 10:00:00+00', '</script>', 'why?', 'javascript:alert(1)', 1, NULL, 1),
      (5001, 1, 10, 1000, 5000, 101, 'reply', '2024-03-05 11:00:00+00', '', 'because', 'https://forum.example.org/t/1/2', 1, NULL, 2);
    INSERT INTO rejected_record (source_id, stream, position, reason, excerpt, seen_at) VALUES (1, 'posts', 'page 1', 'no date', '{}', NULL), (1, 'posts', 'page 2', 'no date', '{}', NULL);
  )sql");
  EXPECT_TRUE(ok(filled));
  EXPECT_TRUE(ok(refresh_facts(store)));
  return store;
}

Result<Answer> ask(Store& store, std::string_view target) {
  auto request = TRY(parse_target(target));
  const auto& route = *TRY(find_route(request));
  return route.handler(request, store, Site{"Demo", "1.2.3", "/nowhere/rapport.duckdb"});
}

bool has(const Result<Answer>& answer, std::string_view part) { return answer && answer->body.find(part) != std::string::npos; }

TEST(Routes, MetricCountsCommunityAndLeavesTheTeamOut) {
  auto store = small_store();
  auto community = ask(store, "/api/v1/metrics/active_people?from=2024-03&to=2024-04");
  ASSERT_TRUE(ok(community));
  EXPECT_TRUE(has(community, R"("from":"2024-03-01","to":"2024-04-01","grain":"month","who":"community")")) << community->body;
  EXPECT_TRUE(has(community, R"("points":[{"at":"2024-03-01","value":1,"n":)")) << community->body;
  EXPECT_TRUE(has(ask(store, "/api/v1/metrics/active_people?from=2024-03&to=2024-04&who=humans"), R"("value":2,)"));
}

TEST(Routes, IdsAreTextAndDangerousLinksAreLeftOut) {
  auto store = small_store();
  auto evidence = ask(store, "/api/v1/metrics/active_people/evidence?at=2024-03-09");
  ASSERT_TRUE(ok(evidence));
  EXPECT_TRUE(has(evidence, R"("person_id":"9007199254740993")")) << evidence->body;
  EXPECT_TRUE(has(evidence, R"("total":1)"));
  EXPECT_FALSE(has(evidence, "javascript:"));
  EXPECT_FALSE(has(evidence, "</script>"));
  EXPECT_FALSE(has(ask(store, "/api/v1/community?at=2024-03"), "javascript:"));
}

TEST(Routes, FiltersNarrowAndUnknownNamesGiveNothing) {
  auto store = small_store();
  EXPECT_TRUE(has(ask(store, "/api/v1/metrics/active_people?place=Help+%26+%3Cb%3E&source=forum"), R"("value":1,)"));
  EXPECT_TRUE(has(ask(store, "/api/v1/metrics/active_people?place=%27+OR+1%3D1+--"), R"("series":[])"));
}

TEST(Routes, BadQuestionsSayWhatToDo) {
  auto store = small_store();
  const struct { const char* target; Error::Kind kind; const char* part; } cases[] = {
      {"/api/v1/metrics/active_people?form=2024", Error::Kind::kBadInput, "did you mean `from`?"},
      {"/api/v1/metrics/active_people?from=2024&from=2023", Error::Kind::kBadInput, "given twice"},
      {"/api/v1/metrics/active_people?grain=hour", Error::Kind::kBadInput, "day, week"},
      {"/api/v1/metrics/active_people?who=nobody", Error::Kind::kBadInput, "community"},
      {"/api/v1/metrics/active_people?from=yesterday", Error::Kind::kBadInput, "yesterday"},
      {"/api/v1/metrics/active_people?from=2024-02&to=2024-01", Error::Kind::kBadInput, "empty"},
      {"/api/v1/metrics/active_people?from=0001&to=9999&grain=day", Error::Kind::kBadInput, "coarser"},
      {"/api/v1/metrics/active_peple", Error::Kind::kNotFound, "did you mean `active_people`?"},
      {"/api/v1/metrics/active_people/evidence", Error::Kind::kBadInput, "`at` is missing"},
      {"/api/v1/metrics/active_people/evidence?at=2024-03&limit=0", Error::Kind::kBadInput, "1 to 500"},
      {"/api/v1/metrics/active_people/evidence?at=2024-03&limit=9e9", Error::Kind::kBadInput, "1 to 500"},
      {"/api/v1/metrics/active_people/evidence?at=2024-03&offset=-1", Error::Kind::kBadInput, "0 to"},
      {"/api/v1/rejected?limit=1001", Error::Kind::kBadInput, "1 to 1000"},
      {"/api/v1/rejected?source=nope", Error::Kind::kNotFound, "nope"},
      {"/api/v1/status?x=1", Error::Kind::kBadInput, "takes no parameters"},
      {"/api/v1/statsu", Error::Kind::kNotFound, "did you mean /api/v1/status?"},
      {"/api/v1/metrics//csv", Error::Kind::kNotFound, ""},
      {"/api/v1/status?%ff=1", Error::Kind::kBadInput, "UTF-8"},
      {"/api/v1/rejected?source=a%00b", Error::Kind::kBadInput, "UTF-8"},
      {"http://elsewhere/", Error::Kind::kBadInput, "slash"},
  };
  for (const auto& one : cases) EXPECT_TRUE(fails(ask(store, one.target), one.kind, one.part)) << one.target;
}

TEST(Routes, RejectedPagesAndCounts) {
  auto store = small_store();
  auto page = ask(store, "/api/v1/rejected?source=forum&limit=1&offset=1");
  ASSERT_TRUE(ok(page));
  EXPECT_EQ(page->body, R"({"total":2,"items":[{"source":"forum","stream":"posts","position":"page 2","reason":"no date","excerpt":"{}"}]})");
}

TEST(Routes, StatusKnowsTheTeamAndTheDays) {
  auto store = small_store();
  auto status = ask(store, "/api/v1/status");
  EXPECT_TRUE(has(status, R"("first_day":"2024-03-05","last_day":"2024-03-05","activities":2,"people":2,"set_aside":2,"team_known":true)")) << status->body;
}

TEST(Routes, AnEmptyStoreIsAnAnswerOrANamedAbsence) {
  auto store = test::memory_store();
  EXPECT_TRUE(has(ask(store, "/api/v1/status"), R"("first_day":null,"last_day":null,"activities":0)"));
  EXPECT_TRUE(has(ask(store, "/api/v1/filters"), R"({"sources":[],"places":[],"organizations":[]})"));
  EXPECT_TRUE(fails(ask(store, "/api/v1/metrics/commits"), Error::Kind::kNotFound, "rapport sync"));
  EXPECT_TRUE(fails(ask(store, "/api/v1/community"), Error::Kind::kNotFound, "rapport sync"));
}

TEST(Routes, CsvHasTheColumnsOfTheContract) {
  auto store = small_store();
  auto csv = ask(store, "/api/v1/metrics/active_people/csv?from=2024-03&to=2024-05");
  ASSERT_TRUE(ok(csv));
  EXPECT_EQ(csv->body, "bucket,segment,value,n,few\r\n2024-03-01,all,1,1,false\r\n2024-04-01,all,0,0,false\r\n");
}

TEST(StaticFiles, PagesWithoutADotAreTheIndexAndNothingLeadsOut) {
  EXPECT_TRUE(static_file("/"));
  EXPECT_EQ(static_file("/community")->body, static_file("/")->body);
  for (auto path : {"/../../etc/passwd.conf", "/..%2f..%2fetc/x.y", "/assets/../../CMakeLists.txt", "//etc/host.conf", "/none.js"})
    EXPECT_FALSE(static_file(path)) << path;
}

TEST(Errors, EveryKindHasItsStatus) {
  EXPECT_EQ(error_answer({Error::Kind::kBadInput, "x", "", {}}).status, 400);
  EXPECT_EQ(error_answer({Error::Kind::kNotFound, "x", "", {}}).status, 404);
  EXPECT_EQ(error_answer({Error::Kind::kBusy, "x", "", {}}).status, 503);
  EXPECT_EQ(error_answer({Error::Kind::kCorrupt, "x", "", {}}).status, 503);
  EXPECT_EQ(error_answer({Error::Kind::kBug, "x", "y", {"z"}}).status, 500);
  EXPECT_EQ(error_answer({Error::Kind::kBug, "x", "y", {"z"}}).body, R"({"error":{"kind":"bug","what":"x","fix":"y","trail":["z"]}})");
}

TEST(Gzip, IsTakenOnlyWhereItIsWanted) {
  EXPECT_TRUE(accepts_gzip("gzip, deflate, br"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0.000"));
}

TEST(Changes, AreToldWhenItIsQuietAndAtTheLatestAfterSomeSeconds) {
  ChangeWatch::Clock::time_point start{std::chrono::hours{1}};
  auto after = [&](int milliseconds) { return start + std::chrono::milliseconds{milliseconds}; };
  ChangeWatch watch{"a"};
  EXPECT_FALSE(watch.look("a", after(0)));
  EXPECT_FALSE(watch.look("b", after(250)));
  EXPECT_FALSE(watch.look("b", after(500)));
  EXPECT_TRUE(watch.look("b", after(750)));
  EXPECT_FALSE(watch.look("b", after(1000)));
  int told = 0;
  for (int i = 0; i < 40; ++i) told += watch.look("c" + std::to_string(i), after(2000 + 250 * i));  // ten busy seconds
  EXPECT_EQ(told, 1);  // 5 s after the change began; the next one would be at 10.25 s
}

TEST(Changes, AReaderThatComesAgainLearnsWhatItMissed) {
  EXPECT_EQ(change_event("v2"), "id: v2\ndata: {\"version\":\"v2\"}\n\n");
  EXPECT_EQ(change_greeting("v2", "").find("data:"), std::string::npos);
  EXPECT_EQ(change_greeting("v2", "v2").find("data:"), std::string::npos);
  EXPECT_NE(change_greeting("v2", "v1").find(change_event("v2")), std::string::npos);
}

}  // namespace
}  // namespace rapport
