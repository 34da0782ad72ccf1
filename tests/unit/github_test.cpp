// What fixtures cannot say of the connector github: tokens that take turns within one sync, and snapshots of several days.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/text.h"
#include "connectors/github/api.h"
#include "sync/sync.h"
#include "tests/support/environment.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"

namespace rapport::test {
namespace {

using github::Api;

class AnsweringHttp : public Http {
 public:
  explicit AnsweringHttp(std::function<Result<HttpResponse>(const HttpRequest&)> answer) : answer_(std::move(answer)) {}
  Result<HttpResponse> send(const HttpRequest& request) override { return answer_(request); }

 private:
  std::function<Result<HttpResponse>(const HttpRequest&)> answer_;
};

std::string sent_token(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers)
    if (name == "Authorization") return value.substr(value.find(' ') + 1);
  return "none";
}

constexpr std::int64_t kNoon = 1'767'268'800;  // 2026-01-01T12:00:00Z

TEST(GithubTokens, the_next_is_taken_when_one_is_used_up_and_the_first_again_after_its_reset) {
  std::vector<std::string> sent;
  int left_of_first = 2;
  AnsweringHttp http{[&](const HttpRequest& request) -> Result<HttpResponse> {
    sent.push_back(sent_token(request));
    auto left = sent.back() == "one" ? --left_of_first : 4000;
    return HttpResponse{200, {{"X-RateLimit-Remaining", fmt::to_string(left)}, {"X-RateLimit-Reset", fmt::to_string(kNoon + 600)}}, "[]"};
  }};
  Api api{"https://api.github.com", {"one", "two"}};
  {
    StoppedClock clock{time_from_unix(kNoon)};
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(ok(api.get(http, "https://api.github.com/x")));
  }
  StoppedClock later{time_from_unix(kNoon + 601)};
  ASSERT_TRUE(ok(api.get(http, "https://api.github.com/x")));
  EXPECT_EQ(sent, (std::vector<std::string>{"one", "one", "two", "two", "one"}));
}

TEST(GithubTokens, a_refusal_for_want_of_budget_goes_to_the_next_and_ends_when_there_is_none) {
  std::vector<std::string> sent;
  AnsweringHttp http{[&](const HttpRequest& request) -> Result<HttpResponse> {
    sent.push_back(sent_token(request));
    if (sent.back() == "two") return HttpResponse{200, {}, "[]"};
    return fail(Error::Kind::kRateLimited, "api.github.com asks us to come back at 13:00", "sync again then");  // as polite_http() says it
  }};
  StoppedClock clock{time_from_unix(kNoon)};
  Api two{"https://api.github.com", {"one", "two"}};
  ASSERT_TRUE(ok(two.get(http, "https://api.github.com/x")));
  ASSERT_TRUE(ok(two.get(http, "https://api.github.com/x")));
  EXPECT_EQ(sent, (std::vector<std::string>{"one", "two", "two"}));
  Api one{"https://api.github.com", {"one"}};
  auto refused = one.get(http, "https://api.github.com/x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::kRateLimited);
  EXPECT_NE(refused.error().fix.find("more tokens"), std::string::npos) << refused.error().fix;
}

TEST(GithubTokens, rest_and_graphql_have_a_budget_each) {
  std::vector<std::string> sent;
  AnsweringHttp http{[&](const HttpRequest& request) -> Result<HttpResponse> {
    sent.push_back(sent_token(request));
    return HttpResponse{200, {{"X-RateLimit-Remaining", request.method == "POST" ? "9" : "0"}, {"X-RateLimit-Reset", fmt::to_string(kNoon + 600)}}, "{\"data\":{\"repository\":{}}}"};
  }};
  StoppedClock clock{time_from_unix(kNoon)};
  Api api{"https://api.github.com", {"one", "two"}};
  ASSERT_TRUE(ok(api.get(http, "https://api.github.com/x")));
  ASSERT_TRUE(ok(api.query(http, {"a", "b"}, "query{x}", {})));
  EXPECT_EQ(sent, (std::vector<std::string>{"one", "one"}));
}

TEST(GithubTokens, are_not_shown_to_another_server) {
  AnsweringHttp http{[](const HttpRequest&) -> Result<HttpResponse> {
    return HttpResponse{200, {{"Link", "<https://api.github.com.evil.example/x?page=2>; rel=\"next\""}}, "[]"};
  }};
  Api api{"https://api.github.com", {"one"}};
  auto answer = api.get(http, "https://api.github.com/x");
  ASSERT_TRUE(ok(answer));
  auto next = next_page(api.server(), answer->response);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().kind, Error::Kind::kUpstream);
}

TEST(GithubTokens, graphql_of_an_enterprise_server_is_beside_its_rest) {
  std::vector<std::string> asked;
  AnsweringHttp http{[&](const HttpRequest& request) -> Result<HttpResponse> {
    asked.push_back(request.url);
    return HttpResponse{200, {}, "{\"data\":{\"repository\":{}}}"};
  }};
  for (const char* base : {"https://api.github.com", "https://github.example.com/api/v3"}) {
    Api api{base, {"one"}};
    ASSERT_TRUE(ok(api.query(http, {"a", "b"}, "query{x}", {})));
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"https://api.github.com/graphql", "https://github.example.com/api/graphql"}));
}

TEST(GithubRepositories, are_named_in_many_ways) {
  struct Case {
    const char* text;
    const char* want;
  };
  const Case kCases[] = {
      {"lark-tools/lark", "lark-tools/lark"},
      {" lark-tools/lark , Lark-Tools/docs.site", "lark-tools/lark Lark-Tools/docs.site"},
      {"https://github.com/lark-tools/lark/", "lark-tools/lark"},
      {"https://github.com/lark-tools/lark.git", "lark-tools/lark"},
      {"https://github.com/lark-tools/lark/issues/7", "lark-tools/lark"},
      {"github:lark-tools", "all of lark-tools"},
      {"lark-tools/*", "all of lark-tools"},
      {"https://github.com/orgs/lark-tools/repositories", "all of lark-tools"},
      {"", ""},
      {"lark-tools/../secrets", "refused"},
      {"lark tools/lark", "refused"},
      {"lark-tools/?q=1", "refused"},
  };
  for (const auto& c : kCases) {
    auto wanted = parse_repositories(c.text, "github:");
    std::vector<std::string> got;
    if (!wanted) got.emplace_back("refused");
    else {
      for (const auto& repository : wanted->repositories) got.push_back(repository.full_name());
      for (const auto& owner : wanted->owners) got.push_back("all of " + owner);
    }
    EXPECT_EQ(join(got, " "), c.want) << c.text;
  }
}

// A release with two files, of which the second is new on the second day; views of which the third day no longer tells
// the first.
std::string answer_on(int day, std::string_view path) {
  if (path.find("/releases") != std::string_view::npos) {
    const char* second[] = {"", R"(,{"id":2,"name":"mac","download_count":5})", R"(,{"id":2,"name":"mac","download_count":9})"};
    const int first[] = {100, 107, 107};
    return fmt::format(R"([{{"id":51,"tag_name":"v1","published_at":"2025-12-01T00:00:00Z","assets":[{{"id":1,"name":"linux","download_count":{}}}{}]}}])", first[day], second[day]);
  }
  if (path.ends_with("/traffic/views")) {
    const char* views[] = {R"({"timestamp":"2025-12-31T00:00:00Z","count":10,"uniques":4})",
                           R"({"timestamp":"2025-12-31T00:00:00Z","count":12,"uniques":5},{"timestamp":"2026-01-01T00:00:00Z","count":3,"uniques":1})",
                           R"({"timestamp":"2026-01-01T00:00:00Z","count":30,"uniques":8})"};
    return fmt::format(R"({{"count":1,"uniques":1,"views":[{}]}})", views[day]);
  }
  return path.ends_with("/traffic/clones") ? R"({"count":0,"uniques":0,"clones":[]})" : "[]";
}

TEST(GithubSnapshots, days_add_up_and_stay) {
  auto store = memory_store();
  EnvironmentVariable token{"RAPPORT_TEST_GITHUB_TOKEN", "one"};
  Workspace workspace;
  workspace.sources.push_back({"sdk", "github", {{"repo", "lark-tools/lark"}, {"token", "$RAPPORT_TEST_GITHUB_TOKEN"}, {"streams", "releases,traffic"}}});
  for (int day = 0; day < 3; ++day) {
    StoppedClock clock{time_from_unix(kNoon + day * 86'400)};
    AnsweringHttp http{[&](const HttpRequest& request) -> Result<HttpResponse> { return HttpResponse{200, {}, answer_on(day, request.url)}; }};
    NoProgress quiet;
    for (int again = 0; again < 2; ++again) {
      auto result = sync(store, workspace, http, {}, quiet);
      ASSERT_TRUE(ok(result));
      ASSERT_FALSE(result->failed()) << result->sources.front().errors.front().what;
    }
  }
  auto rows = store.query(
      "SELECT string_agg(kind || ' ' || coalesce(title, '') || ' ' || strftime(happened_at, '%m-%d') || ' ' || amount::BIGINT || ' ' || "
      "coalesce(attributes->>'total', attributes->>'uniques'), ', ' ORDER BY kind, title, happened_at) FROM activity WHERE kind IN ('visit', 'download')");
  ASSERT_TRUE(ok(rows));
  EXPECT_EQ(to_text(rows->rows[0][0]),
            "download linux 01-02 7 107, download mac 01-02 5 5, download mac 01-03 4 9, "
            "visit repository views 12-31 12 5, visit repository views 01-01 30 8");
}

}  // namespace
}  // namespace rapport::test
