// What answers tell of the road ahead, and what follows from it. Header spellings: GitHub's, GitLab's and Mattermost's
// documentation.
#include <gtest/gtest.h>

#include "base/time.h"
#include "http/counted.h"
#include "sync/budget.h"
#include "tests/support/replay_http.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::optional<std::int64_t> behind(std::string url, HttpHeaders headers) { return pages_behind({"GET", std::move(url), {}, {}}, {200, std::move(headers), {}}); }

TEST(PagesBehind, are_counted_by_the_link_to_the_last_page) {
  const std::string link = "<https://api.example/issues?per_page=100&page=2>; rel=\"next\", <https://api.example/issues?per_page=100&page=52>; rel=\"last\"";
  EXPECT_EQ(behind("https://api.example/issues?per_page=100", {{"Link", link}}), 51);
  EXPECT_EQ(behind("https://api.example/issues?per_page=100&page=50", {{"Link", link}}), 2);
  EXPECT_EQ(behind("https://api.example/issues?page=3", {{"X-Total-Pages", "7"}}), 4);
  EXPECT_EQ(behind("https://api.example/issues?page=3", {{"Link", "<https://api.example/issues?page=2>; rel=\"prev\""}}), std::nullopt);
  EXPECT_EQ(behind("https://api.example/issues", {{"Link", "<https://api.example/issues?cursor=x>; rel=\"last\""}}), std::nullopt);
  EXPECT_EQ(behind("https://api.example/issues", {{"Link", "<https://api.example/issues?per_page=9>; rel=\"last\""}}), std::nullopt);
}

TEST(Allowance, is_read_as_servers_spell_it) {
  StoppedClock clock{*parse_time("2026-01-01T00:00:00Z")};
  auto of = [](HttpHeaders headers) { return allowance_of({200, std::move(headers), {}}); };
  auto github = of({{"X-RateLimit-Limit", "5000"}, {"X-RateLimit-Remaining", "4987"}, {"X-RateLimit-Reset", "1767229200"}});
  ASSERT_TRUE(github);
  EXPECT_EQ(github->limit, 5000);
  EXPECT_EQ(github->remaining, 4987);
  EXPECT_EQ(github->until_reset, milliseconds{3'600'000});
  auto gitlab = of({{"RateLimit-Limit", "60"}, {"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "1767225630"}});
  ASSERT_TRUE(gitlab);
  EXPECT_EQ(gitlab->until_reset, milliseconds{30'000});
  EXPECT_FALSE(of({{"X-RateLimit-Limit", "60"}}));
  EXPECT_FALSE(of({{"X-RateLimit-Remaining", "many"}}));
}

TEST(CountedHttp, tells_what_went_through_since_it_was_asked) {
  test::ReplayHttp replay{{}};
  replay.interfere = [](const HttpRequest&, std::size_t n) -> std::optional<Result<HttpResponse>> {
    if (n == 2) return Result<HttpResponse>{fail(Error::Kind::kUpstream, "connection reset")};
    return Result<HttpResponse>{HttpResponse{200, {{"X-Total-Pages", n == 0 ? "9" : "2"}, {"X-RateLimit-Remaining", n == 0 ? "8" : "7"}}, {}}};
  };
  CountedHttp http{replay};
  for (int i = 0; i < 3; ++i) (void)http.send({"GET", "https://api.example/", {}, {}});
  auto seen = http.take();
  EXPECT_EQ(seen.requests, 3);
  EXPECT_EQ(seen.pages_behind, 8);  // of the longest list
  EXPECT_EQ(seen.allowance->remaining, 7);
  EXPECT_EQ(http.take().requests, 0);
}

Page some_page(std::int64_t done = 0, std::int64_t total = 0, bool caught_up = false) {
  Page page;
  page.done = done;
  page.total = total;
  page.caught_up = caught_up;
  return page;
}

TEST(Budget, waits_for_the_first_page_of_each_stream) {
  Budget budget{3};
  budget.add(0, some_page(), {1, 399, {}}, 0.5);
  EXPECT_FALSE(budget.left());
  budget.ended(1);
  EXPECT_FALSE(budget.left());
  budget.add(2, some_page(0, 0, true), {1, {}, {}}, 0.5);
  ASSERT_TRUE(budget.left());
  EXPECT_EQ(budget.left()->requests, 399);
  EXPECT_EQ(budget.left()->duration, seconds{200});  // half a second each
  EXPECT_EQ(in_words(*budget.left()), "about 400 requests, 3 minutes");
}

TEST(Budget, counts_what_each_page_needs) {
  Budget budget{1};
  budget.add(0, some_page(), {11, 40, {}}, 11);  // a list, and a request for each of ten things on it
  EXPECT_EQ(budget.left()->requests, 440);
  budget.add(0, some_page(), {1, 39, {}}, 1);
  EXPECT_EQ(budget.left()->requests, 39 * 6);
}

TEST(Budget, goes_by_totals_where_there_are_no_pages) {
  Budget budget{1};
  budget.add(0, some_page(50, 1050), {1, {}, {}}, 1);
  EXPECT_EQ(budget.left()->requests, 20);
}

TEST(Budget, goes_by_the_connector_before_the_answers) {
  Budget budget{1};
  // A list that is read from its last page back: the further one is, the more pages are behind the one that was asked for.
  for (int done = 1; done <= 3; ++done) budget.add(0, some_page(done, 100), {1, done - 1, {}}, 1);
  EXPECT_EQ(budget.left()->requests, 97);
  for (int done = 4; done <= 100; ++done) budget.add(0, some_page(done, 100), {1, done - 1, {}}, 1);
  EXPECT_EQ(budget.left()->requests, 0);
}

TEST(Budget, says_at_least_where_a_stream_does_not_tell) {
  Budget budget{2};
  budget.add(0, some_page(), {1, 9, {}}, 1);
  budget.add(1, some_page(), {1, {}, {}}, 1);
  EXPECT_TRUE(budget.left()->at_least);
}

TEST(Budget, knows_that_a_limit_lasts_longer_than_answers_do) {
  Budget budget{1};
  // 5,200 more, 5,000 of them now, the others in an hour, each 0.3 s.
  budget.add(0, some_page(), {1, 5200, Allowance{5000, 5000, milliseconds{3'600'000}}}, 0.3);
  EXPECT_EQ(budget.left()->duration, seconds{3660});
  EXPECT_EQ(in_words(*budget.left()), "about 5,200 requests, 61 minutes at its limit of 5,000 an hour");
  budget.add(0, some_page(), {1, 15'200, Allowance{5000, 5000, milliseconds{1'800'000}}}, 0.3);
  EXPECT_EQ(budget.left()->duration, seconds{1800 + 2 * 3600 + 60});
}

TEST(Budget, is_silent_about_files) {
  Budget budget{1};
  budget.add(0, some_page(1, 1000), {}, 100);
  EXPECT_FALSE(budget.left());
}

}  // namespace
}  // namespace rapport
