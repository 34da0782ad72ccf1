// What recorded sessions cannot say of the connector: lists that move while they are read, exports that are damaged,
// what is asked and what is not.
#include "connectors/discourse/discourse.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "connectors/discourse/api.h"
#include "tests/support/environment.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport::test {
namespace {

constexpr const char* kBase = "https://forum.example.org";

// A forum as a function of its topics, so that a test can change them between two requests.
class ToyForum : public Http {
 public:
  struct Topic {
    std::int64_t id = 0, bumped = 0;  // seconds
    int posts = 1;
    bool pinned = false, answered = false;
  };
  std::vector<Topic> topics;
  std::map<std::int64_t, int> refuse;  // topic -> status
  std::size_t per_page = 3;
  std::function<void(std::size_t)> before;  // called with the number of each request, from 0
  std::vector<std::string> log;
  HttpHeaders last_headers;

  void add(std::int64_t id, std::int64_t bumped) { topics.push_back({id, bumped, 1, false, false}); }
  Topic& topic(std::int64_t id) {
    return *std::find_if(topics.begin(), topics.end(), [&](const Topic& t) { return t.id == id; });
  }
  void remove(std::int64_t id) {
    topics.erase(std::remove_if(topics.begin(), topics.end(), [&](const Topic& t) { return t.id == id; }), topics.end());
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    if (before) before(log.size());
    last_headers = request.headers;
    auto path = request.url.substr(std::string_view{kBase}.size());
    log.push_back(path);
    std::int64_t number = std::atoll(path.c_str() + path.find_first_of("0123456789"));
    if (path.starts_with("/latest.json")) return HttpResponse{200, {}, list(static_cast<std::size_t>(number))};
    if (path.starts_with("/t/")) return show(number, path);
    return HttpResponse{404, {}, "{}"};
  }

 private:
  static std::string time(std::int64_t seconds) { return format_time(time_from_unix(1'700'000'000 + seconds)); }

  std::string list(std::size_t page) const {
    auto sorted = topics;
    std::sort(sorted.begin(), sorted.end(), [](const Topic& a, const Topic& b) { return std::tuple{a.pinned, a.bumped} > std::tuple{b.pinned, b.bumped}; });
    std::string items;
    for (std::size_t i = page * per_page; i < std::min(sorted.size(), (page + 1) * per_page); ++i)
      items += fmt::format(R"({}{{"id":{},"title":"T","pinned":{},"bumped_at":"{}","posts_count":{},"has_accepted_answer":{}}})", items.empty() ? "" : ",",
                           sorted[i].id, sorted[i].pinned, time(sorted[i].bumped), sorted[i].posts, sorted[i].answered);
    return fmt::format(R"({{"topic_list":{{"topics":[{}]{}}}}})", items, (page + 1) * per_page < sorted.size() ? R"(,"more_topics_url":"/latest")" : "");
  }

  Result<HttpResponse> show(std::int64_t id, const std::string& path) {
    if (auto refused = refuse.find(id); refused != refuse.end()) return HttpResponse{refused->second, {}, R"({"errors":["no"]})"};
    auto found = std::find_if(topics.begin(), topics.end(), [&](const Topic& t) { return t.id == id; });
    if (found == topics.end()) return HttpResponse{404, {}, R"({"errors":["no"]})"};
    std::string stream, posts;
    for (int n = 1; n <= found->posts; ++n) {
      auto post = id * 1000 + n;
      bool asked = path.find("/posts.json") == std::string::npos ? n <= 20 : (path + "&").find(fmt::format("={}&", post)) != std::string::npos;
      stream += fmt::format("{}{}", n > 1 ? "," : "", post);
      if (asked) posts += fmt::format(R"({}{{"id":{},"post_number":{}}})", posts.empty() ? "" : ",", post, n);
    }
    return HttpResponse{200, {}, fmt::format(R"({{"post_stream":{{"posts":[{}],"stream":[{}]}},"id":{},"title":"T"}})", posts, stream, id)};
  }
};

Settings settings_with(std::map<std::string, std::string> given) {
  given.try_emplace("url", kBase);
  auto settings = Settings::parse(kDiscourseConnector.info.settings, given);
  EXPECT_TRUE(ok(settings));
  return settings ? *settings : Settings{};
}

struct Pass {
  std::multiset<std::string> read, gone;
  std::vector<Rejected> rejected;
  std::string cursor;
};

// One pass over a stream; a new Reader for each page where `restart`, as after a crash.
Result<Pass> pass_over(const Settings& settings, std::string_view stream, const std::string& cursor, Http& http, bool restart = false) {
  auto connector = TRY(kDiscourseConnector.open(settings));
  Pass pass;
  pass.cursor = cursor;
  auto reader = TRY(connector->read(stream, cursor, http));
  for (int pages = 0; pages < 1000; ++pages) {
    if (restart) reader = TRY(connector->read(stream, pass.cursor, http));
    auto page = TRY(reader->next());
    for (const auto& record : page.records) (record.gone ? pass.gone : pass.read).insert(record.id);
    pass.rejected.insert(pass.rejected.end(), page.rejected.begin(), page.rejected.end());
    pass.cursor = page.next;
    if (page.caught_up) return pass;
  }
  return fail(Error::Kind::kBug, "the pass does not end");
}

Result<Pass> topics_pass(ToyForum& forum, const std::string& cursor = {}, bool restart = false) {
  return pass_over(settings_with({}), "topics", cursor, forum, restart);
}

std::set<std::string> distinct(const std::multiset<std::string>& ids) { return {ids.begin(), ids.end()}; }

TEST(DiscourseTopics, EachTopicOnceAndNothingAtTheSecondPass) {
  for (bool restart : {false, true}) {
    ToyForum forum;
    for (int id = 1; id <= 10; ++id) forum.add(id, id * 100);
    forum.topic(2).pinned = true;
    auto first = topics_pass(forum, {}, restart);
    ASSERT_TRUE(ok(first));
    EXPECT_EQ(first->read, (std::multiset<std::string>{"1", "10", "2", "3", "4", "5", "6", "7", "8", "9"}));
    auto second = topics_pass(forum, first->cursor, restart);
    ASSERT_TRUE(ok(second));
    EXPECT_TRUE(second->read.empty());
  }
}

// Whatever moves, at whatever moment: after one more pass every topic has been read in its last state.
TEST(DiscourseTopics, NothingIsLostWhenTopicsAreBumpedWhileTheListIsRead) {
  for (std::size_t moment = 0; moment < 25; ++moment) {
    ToyForum forum;
    for (int id = 1; id <= 10; ++id) forum.add(id, id * 100);
    forum.before = [&](std::size_t request) {
      if (request != moment) return;
      forum.topic(1).bumped = 5000;
      forum.topic(1).posts = 2;
      forum.topic(4).bumped = 5001;
      forum.topic(4).posts = 2;
    };
    auto first = topics_pass(forum);
    ASSERT_TRUE(ok(first)) << moment;
    auto second = topics_pass(forum, first->cursor);
    ASSERT_TRUE(ok(second)) << moment;
    auto all = distinct(first->read);
    for (const auto& id : second->read) all.insert(id);
    EXPECT_EQ(all.size(), 10u) << "bumped before request " << moment;
    if (moment < forum.log.size() && moment > 10) {
      EXPECT_TRUE(second->read.contains("1") || first->read.count("1") > 0) << moment;
    }
  }
}

TEST(DiscourseTopics, NothingIsLostWhenTopicsAreDeletedWhileTheListIsRead) {
  for (int deleted = 1; deleted <= 7; ++deleted) {
    for (std::size_t moment = 1; moment < 25; ++moment) {
      ToyForum forum;
      for (int id = 1; id <= 12; ++id) forum.add(id, id * 100);
      forum.before = [&](std::size_t request) {
        if (request == moment)
          for (int id = 12; id > 12 - deleted; --id) forum.remove(id);
      };
      auto pass = topics_pass(forum);
      ASSERT_TRUE(ok(pass)) << moment;
      for (int id = 1; id <= 12 - deleted; ++id) EXPECT_TRUE(pass->read.contains(std::to_string(id))) << deleted << " deleted before request " << moment << ": topic " << id;
    }
  }
}

TEST(DiscourseTopics, ReadsOnlyWhatChanged) {
  ToyForum forum;
  for (int id = 1; id <= 3; ++id) forum.add(id, id * 100);
  auto first = topics_pass(forum);
  ASSERT_TRUE(ok(first));
  forum.topic(1).bumped = 900;
  forum.topic(1).posts = 45;
  forum.topic(2).answered = true;  // an answer is accepted without a bump
  forum.log.clear();
  auto second = topics_pass(forum, first->cursor);
  ASSERT_TRUE(ok(second));
  EXPECT_EQ(second->read, (std::multiset<std::string>{"1", "2"}));
  EXPECT_EQ(forum.log.size(), 5u) << "the list, topic 1, its posts 21 to 40 and 41 to 45, topic 2";
}

TEST(DiscourseTopics, DeletedAndHiddenTopicsBecomeTombstones) {
  ToyForum forum;
  for (int id = 1; id <= 3; ++id) forum.add(id, id * 100);
  auto first = topics_pass(forum);
  ASSERT_TRUE(ok(first));
  forum.remove(2);
  forum.topic(3).posts = 2;
  forum.refuse[3] = 403;
  auto second = topics_pass(forum, first->cursor);
  ASSERT_TRUE(ok(second));
  EXPECT_EQ(second->gone, (std::multiset<std::string>{"2", "3"}));
  auto third = topics_pass(forum, second->cursor);
  ASSERT_TRUE(ok(third));
  EXPECT_TRUE(third->read.empty());
}

TEST(DiscourseTopics, OneBrokenTopicIsSetAsideAndAskedForAgain) {
  ToyForum forum;
  for (int id = 1; id <= 3; ++id) forum.add(id, id * 100);
  forum.refuse[2] = 500;
  auto first = topics_pass(forum);
  ASSERT_TRUE(ok(first));
  EXPECT_EQ(first->read, (std::multiset<std::string>{"1", "3"}));
  ASSERT_EQ(first->rejected.size(), 1u);
  EXPECT_EQ(first->rejected[0].position, "2");
  forum.refuse.clear();
  auto second = topics_pass(forum, first->cursor);
  ASSERT_TRUE(ok(second));
  EXPECT_EQ(second->read, (std::multiset<std::string>{"2"}));
}

TEST(DiscourseTopics, TopicsBumpedAtOneInstantAreAllRead) {
  ToyForum forum;
  for (int id = 1; id <= 20; ++id) forum.add(id, 100);
  auto pass = topics_pass(forum);
  ASSERT_TRUE(ok(pass));
  EXPECT_EQ(distinct(pass->read).size(), 20u);
}

class OneAnswer : public Http {
 public:
  explicit OneAnswer(HttpResponse answer) : answer_(std::move(answer)) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    sent = request;
    return answer_;
  }
  HttpRequest sent;

 private:
  HttpResponse answer_;
};

TEST(DiscourseErrors, SayWhatToDo) {
  OneAnswer forbidden{{403, {}, R"({"errors":["login"],"error_type":"not_logged_in"})"}};
  EXPECT_TRUE(fails(pass_over(settings_with({}), "categories", {}, forbidden), Error::Kind::kAuth, "members only"));
  OneAnswer busy{{429, {}, ""}};
  EXPECT_TRUE(fails(pass_over(settings_with({}), "topics", {}, busy), Error::Kind::kRateLimited));
  OneAnswer html{{200, {}, "<!DOCTYPE html><title>Checking your browser</title>"}};
  EXPECT_TRUE(fails(pass_over(settings_with({}), "topics", {}, html), Error::Kind::kBadInput, "open that address in a browser"));
  OneAnswer other{{200, {}, R"({"hello":"world"})"}};
  EXPECT_TRUE(fails(pass_over(settings_with({}), "topics", {}, other), Error::Kind::kBadInput, "front page of a Discourse forum"));
  EXPECT_TRUE(fails(pass_over(settings_with({}), "categories", {}, other), Error::Kind::kBadInput, "front page of a Discourse forum"));
}

TEST(DiscourseErrors, ARefusedKeyIsNotAClosedForum) {
  EnvironmentVariable key{"RAPPORT_TEST_FORUM_KEY", "k3y"};
  OneAnswer forbidden{{403, {}, R"({"errors":["no"]})"}};
  auto settings = settings_with({{"api_key", "$RAPPORT_TEST_FORUM_KEY"}, {"api_username", "reader"}});
  auto pass = pass_over(settings, "categories", {}, forbidden);
  EXPECT_TRUE(fails(pass, Error::Kind::kAuth, "api_username"));
  EXPECT_EQ(pass.error().what.find("k3y"), std::string::npos);
  EXPECT_NE(std::find(forbidden.sent.headers.begin(), forbidden.sent.headers.end(), std::pair<std::string, std::string>{"Api-Key", "k3y"}), forbidden.sent.headers.end());
}

TEST(DiscourseSettings, AreChecked) {
  for (auto [name, value] : {std::pair{"likes", "all"}, {"users", "some"}, {"look_back_days", "-1"}, {"look_back_days", "x"}})
    EXPECT_TRUE(fails(kDiscourseConnector.open(settings_with({{name, value}})), Error::Kind::kBadInput)) << name << value;
  EXPECT_TRUE(fails(kDiscourseConnector.open(settings_with({{"url", "/nowhere/forum.tar"}})), Error::Kind::kNotFound));
}

TEST(DiscourseUsers, AClosedDirectoryIsSaidOnce) {
  OneAnswer closed{{403, {}, R"({"errors":["no"]})"}};
  auto first = pass_over(settings_with({}), "users", {}, closed);
  ASSERT_TRUE(ok(first));
  EXPECT_EQ(first->rejected.size(), 1u);
  auto second = pass_over(settings_with({}), "users", first->cursor, closed);
  ASSERT_TRUE(ok(second));
  EXPECT_TRUE(second->rejected.empty());
}

TEST(DiscourseExport, SetsAsideWhatIsNoTopicAndGoesOn) {
  TempFolder folder;
  folder.write("t/7.json", R"({"id":7,"title":"Seven","post_stream":{"posts":[{"id":70,"post_number":1}],"stream":[70]},"suggested_topics":[{"id":1}]})");
  folder.write("t/8.json", R"({"id":8,"title":)");
  folder.write("t/9.json", R"({"errors":["not found"]})");
  folder.write("t/10.json", "<html>");
  folder.write("README.md", "saved by hand");
  folder.write("site.json", R"({"categories":[{"id":1,"name":"General"}]})");
  auto settings = settings_with({{"url", folder.path().string()}});
  OneAnswer nobody{{500, {}, ""}};
  auto first = pass_over(settings, "topics", {}, nobody);
  ASSERT_TRUE(ok(first));
  EXPECT_EQ(first->read, (std::multiset<std::string>{"7", "categories"}));
  std::set<std::string> positions;
  for (const auto& rejected : first->rejected) positions.insert(rejected.position);
  EXPECT_EQ(positions, (std::set<std::string>{"t/8.json", "t/9.json", "t/10.json"}));
  auto second = pass_over(settings, "topics", first->cursor, nobody);
  ASSERT_TRUE(ok(second));
  EXPECT_TRUE(second->read.empty() && second->rejected.empty()) << "an unchanged export is not read again";
  folder.write("t/8.json", R"({"id":8,"post_stream":{"posts":[]}})");
  auto third = pass_over(settings, "topics", second->cursor, nobody);
  ASSERT_TRUE(ok(third));
  EXPECT_TRUE(third->read.contains("8"));
}

TEST(DiscourseRecognise, ForumsAndNothingElse) {
  auto confidence = [](std::string_view what) { return kDiscourseConnector.recognise(what).confidence; };
  EXPECT_GE(confidence("https://forum.example.org"), 70);
  EXPECT_GE(confidence("https://example.org/c/help/5"), 70);
  EXPECT_GE(confidence("https://example.org/t/hello/12"), 70);
  EXPECT_GT(confidence("https://example.org"), 0);
  EXPECT_LT(confidence("https://example.org"), 50);
  EXPECT_LT(confidence("https://example.org/org/project"), 20);
  for (auto what : {"https://forum.example.org/sdk.git", "https://example.org/feed.xml", "../sdk", "git@example.org:org/sdk"}) EXPECT_EQ(confidence(what), 0) << what;

  TempFolder folder;
  folder.write("saved/t/7.json", R"({"post_stream":{"posts":[]},"id":7})");
  folder.write("other/package.json", R"({"name":"x"})");
  EXPECT_GE(confidence((folder / "saved").string()), 80);
  EXPECT_EQ(confidence((folder / "other").string()), 0);

  EXPECT_EQ(discourse::forum_address("https://example.org/forum/t/hello/12?u=x#y"), "https://example.org/forum");
  EXPECT_EQ(discourse::forum_address("https://example.org/"), "https://example.org");
  EXPECT_EQ(discourse::forum_address("https://example.org/community/latest"), "https://example.org/community");
}

}  // namespace
}  // namespace rapport::test
