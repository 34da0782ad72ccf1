#include <gtest/gtest.h>

#include "base/time.h"
#include "http/live.h"
#include "tests/support/manual_clock.h"
#include "tests/support/replay_http.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using test::fails;
using test::ManualClock;
using test::ok;
using Pauses = std::vector<milliseconds>;

// Answers with `statuses` in turn, the last for good; 0 is a dropped connection.
struct Polite {
  explicit Polite(std::vector<int> statuses, HttpHeaders headers = {}, int attempts = 4) : replay({}) {
    replay.interfere = [statuses, headers](const HttpRequest&, std::size_t n) -> std::optional<Result<HttpResponse>> {
      int status = statuses[std::min(n, statuses.size() - 1)];
      if (status == 0) return Result<HttpResponse>{fail(Error::Kind::kUpstream, "connection reset", "check the network")};
      return Result<HttpResponse>{HttpResponse{status, status == 200 ? HttpHeaders{} : headers, "body"}};
    };
    PoliteOptions options;
    options.attempts = attempts;
    options.first_pause = milliseconds{100};
    options.sleep = clock.sleeper();
    http = polite_http(replay, options);
  }
  Result<HttpResponse> ask() { return http->send({"GET", "https://api.example.org/x", {}, {}}); }
  ManualClock clock;
  test::ReplayHttp replay;
  std::unique_ptr<Http> http;
};

TEST(Polite, waits_as_long_as_it_is_asked_to) {
  Polite one{{429, 200}, {{"Retry-After", "7"}}};
  auto answer = one.ask();
  ASSERT_TRUE(ok(answer));
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(one.clock.pauses(), Pauses{milliseconds{7000}});
}

TEST(Polite, leaves_a_host_alone_that_asked_for_it) {
  Polite one{{200}};
  one.http->hold("https://api.example.org/x?page=1", std::chrono::seconds{10});
  ASSERT_TRUE(ok(one.http->send({"GET", "https://other.example.org/x", {}, {}})));
  EXPECT_TRUE(one.clock.pauses().empty());
  ASSERT_TRUE(ok(one.ask()));
  ASSERT_EQ(one.clock.pauses().size(), 1u);
  EXPECT_GT(one.clock.pauses()[0], milliseconds{9000});
  EXPECT_LE(one.clock.pauses()[0], milliseconds{10000});
}

TEST(Polite, says_when_a_host_wants_hours_of_quiet) {
  Polite one{{200}};
  one.http->hold("https://api.example.org/x", std::chrono::hours{2});
  EXPECT_TRUE(fails(one.ask(), Error::Kind::kRateLimited, "asks us to come back at"));
  EXPECT_TRUE(one.replay.log().empty());
}

TEST(Polite, understands_when_a_window_of_requests_ends) {
  Polite seconds_from_now{{429, 200}, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "3"}}};  // Mattermost
  ASSERT_TRUE(ok(seconds_from_now.ask()));
  EXPECT_EQ(seconds_from_now.clock.pauses(), Pauses{milliseconds{3000}});
  Polite fraction{{429, 200}, {{"Retry-After", "1.25"}}};
  ASSERT_TRUE(ok(fraction.ask()));
  EXPECT_EQ(fraction.clock.pauses(), Pauses{milliseconds{1250}});
  StoppedClock stopped{time_from_unix(1'767'225'600)};
  Polite instant{{429, 200}, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1767225605"}}};  // GitHub
  ASSERT_TRUE(ok(instant.ask()));
  EXPECT_EQ(instant.clock.pauses(), Pauses{milliseconds{5000}});
  Polite unprefixed{{429, 200}, {{"RateLimit-Remaining", "0"}, {"RateLimit-Reset", "1767225607"}}};  // GitLab
  ASSERT_TRUE(ok(unprefixed.ask()));
  EXPECT_EQ(unprefixed.clock.pauses(), Pauses{milliseconds{7000}});
  Polite thousandths{{429, 200}, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1767225604000"}}};  // Rocket.Chat
  ASSERT_TRUE(ok(thousandths.ask()));
  EXPECT_EQ(thousandths.clock.pauses(), Pauses{milliseconds{4000}});
}

TEST(Polite, does_not_ask_again_before_a_used_up_window_ends) {
  test::ReplayHttp replay{{}};
  replay.interfere = [](const HttpRequest&, std::size_t n) -> std::optional<Result<HttpResponse>> {
    return Result<HttpResponse>{HttpResponse{200, {{"X-RateLimit-Remaining", n == 0 ? "0" : "4"}, {"X-RateLimit-Reset-After", "30.5"}}, "{}"}};
  };
  ManualClock clock;
  PoliteOptions options;
  options.sleep = clock.sleeper();
  auto http = polite_http(replay, options);
  for (const char* url : {"https://api.example.org/x", "https://other.example.org/x", "https://api.example.org/x"}) ASSERT_TRUE(ok(http->send({"GET", url, {}, {}})));
  ASSERT_EQ(clock.pauses().size(), 1u) << "only that host, whose window was used up, is left alone";
  EXPECT_GT(clock.pauses()[0], milliseconds{30'000});
  EXPECT_LE(clock.pauses()[0], milliseconds{30'501});
}

TEST(Polite, understands_a_date) {  // RFC 9110, 10.2.3; one in the past means at once
  Polite one{{503, 200}, {{"Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"}}};
  ASSERT_TRUE(ok(one.ask()));
  EXPECT_EQ(one.clock.pauses(), Pauses{milliseconds{0}});
}

TEST(Polite, doubles_its_pauses_and_gives_up) {
  Polite one{{500}};
  auto answer = one.ask();
  ASSERT_TRUE(ok(answer));
  EXPECT_EQ(answer->status, 500) << "what still fails is returned as it came";
  EXPECT_EQ(one.clock.pauses(), (Pauses{milliseconds{100}, milliseconds{200}, milliseconds{400}}));
  EXPECT_EQ(one.replay.log().size(), 4u);
}

TEST(Polite, repeats_a_dropped_connection) {
  Polite one{{0, 0, 200}};
  ASSERT_TRUE(ok(one.ask()));
  EXPECT_EQ(one.replay.log().size(), 3u);
}

TEST(Polite, repeats_silence_once) {
  Polite one{{200}};
  one.replay.interfere = [](const HttpRequest&, std::size_t) -> std::optional<Result<HttpResponse>> {
    return Result<HttpResponse>{fail(Error::Kind::kTimeout, "no answer for 30 seconds", "sync again")};
  };
  EXPECT_TRUE(fails(one.ask(), Error::Kind::kTimeout));
  EXPECT_EQ(one.replay.log().size(), 2u);
}

TEST(Polite, does_not_repeat_what_will_not_pass) {
  for (int status : {200, 301, 400, 401, 403, 404, 410, 422}) {
    Polite one{{status}};
    ASSERT_TRUE(ok(one.ask()));
    EXPECT_EQ(one.replay.log().size(), 1u) << status;
  }
}

TEST(Polite, says_when_to_come_back_if_that_is_long) {
  Polite one{{429}, {{"Retry-After", "86400"}}};
  EXPECT_TRUE(fails(one.ask(), Error::Kind::kRateLimited, "come back at"));
  EXPECT_TRUE(one.clock.pauses().empty());
}

TEST(Polite, stops_when_the_user_says_so) {
  Polite one{{500}};
  one.clock.stop();
  EXPECT_TRUE(fails(one.ask(), Error::Kind::kCancelled));
}

TEST(Http, turns_statuses_into_errors_to_act_on) {
  struct Case {
    int status;
    Error::Kind want;
  };
  for (auto c : {Case{401, Error::Kind::kAuth}, Case{403, Error::Kind::kAuth}, Case{404, Error::Kind::kNotFound}, Case{410, Error::Kind::kNotFound},
                 Case{429, Error::Kind::kRateLimited}, Case{500, Error::Kind::kUpstream}, Case{304, Error::Kind::kUpstream}}) {
    test::ReplayHttp http{{{{"GET", "https://api.example.org/x?key=secret", {}, {}}, {c.status, {}, "why"}}}};
    auto answer = http.get("https://api.example.org/x?key=secret");
    EXPECT_TRUE(fails(answer, c.want)) << c.status;
    EXPECT_EQ(answer.error().what.find("secret"), std::string::npos) << "a query may hold a credential";
    EXPECT_FALSE(answer.error().fix.empty());
  }
}

}  // namespace
}  // namespace rapport
