#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "sim/series.h"
#include "sim/text/composer.h"
#include "sim/timeline.h"

namespace rapport::sim {
namespace {

struct Recorder : Listener {
  void thread(std::span<const Activity> posts) override { threads.emplace_back(posts.begin(), posts.end()); }
  void activity(const Activity& activity) override { activities.push_back(activity); }
  void day(const DayFacts& facts) override { days.push_back(facts); }
  std::vector<std::vector<Activity>> threads;
  std::vector<Activity> activities;
  std::vector<DayFacts> days;
};

Parameters small(std::uint64_t seed = 7) {
  Parameters parameters;
  parameters.people = 300;
  parameters.years = 2;
  parameters.seed = seed;
  return parameters;
}

class SimTimeline : public testing::Test {
 protected:
  SimTimeline() : world(small()) {
    NoProgress progress;
    auto count = run_timeline(world, recorder, progress);
    EXPECT_TRUE(count.has_value());
  }
  World world;
  Recorder recorder;
};

TEST_F(SimTimeline, activities_come_in_order_within_the_time) {
  auto first = world.second(0), last = world.second(world.community.parameters().days());
  for (std::size_t i = 0; i < recorder.activities.size(); ++i) {
    const auto& activity = recorder.activities[i];
    ASSERT_GE(activity.time, first);
    ASSERT_LT(activity.time, last);
    if (i > 0) {
      ASSERT_LE(recorder.activities[i - 1].time, activity.time);
    }
  }
}

TEST_F(SimTimeline, conversations_hold_together) {
  std::map<Platform, std::uint32_t> threads;
  std::map<Platform, std::set<std::uint64_t>> ids;
  std::size_t posts_seen = 0;
  for (const auto& posts : recorder.threads) {
    const auto& root = posts[0];
    EXPECT_EQ(root.thread, ++threads[root.platform]);
    EXPECT_EQ(root.position, 1u);
    EXPECT_EQ(root.reply_to, 0u);
    for (std::size_t i = 0; i < posts.size(); ++i) {
      EXPECT_EQ(posts[i].position, i + 1);
      EXPECT_LE(posts[i].reply_to, i) << "a reply before what it answers";
      EXPECT_TRUE(ids[posts[i].platform].insert(posts[i].id).second);
      EXPECT_EQ(posts[i].root_id, root.id);
      EXPECT_TRUE(world.community.person(posts[i].person).has(posts[i].platform) || world.community.person(posts[i].person).kind != PersonKind::kHuman);
    }
    posts_seen += posts.size();
  }
  std::size_t posts_told = 0;
  for (const auto& activity : recorder.activities)
    posts_told += activity.thread > 0 && activity.kind != Kind::kPush && activity.kind != Kind::kCommit && activity.kind != Kind::kRelease;
  EXPECT_EQ(posts_told, posts_seen);
}

TEST_F(SimTimeline, nobody_acts_before_arriving) {
  for (const auto& activity : recorder.activities) {
    const auto& person = world.community.person(activity.person);
    ASSERT_LE(person.arrival, world.day_of(activity.time)) << person.login;
  }
}

TEST_F(SimTimeline, accepted_answers_are_answers_of_others) {
  int accepted = 0;
  for (const auto& posts : recorder.threads)
    for (const auto& post : posts)
      if (post.accepted) {
        ++accepted;
        EXPECT_EQ(post.role, Role::kAnswer);
        EXPECT_NE(post.person, posts[0].person);
      }
  EXPECT_GT(accepted, 50);
}

TEST_F(SimTimeline, expectation_is_outside_plus_the_effects) {
  SeriesModel model{world.community, world.calendar, world.works};
  for (const auto& facts : recorder.days)
    for (std::size_t s = 0; s < kSeries; ++s) {
      double sum = facts.outside[s];
      for (const auto& work : world.works)
        if (work.day <= facts.day) sum += model.effect(work, static_cast<Series>(s), facts.day);
      ASSERT_NEAR(facts.expected[s], sum, 1e-9 * (1 + sum));
    }
}

// Counts vary around the expectation: the mean standardised residual of 730 days is near zero.
TEST_F(SimTimeline, counts_are_unbiased) {
  for (auto series : {Series::kVisits, Series::kQuestions, Series::kNpm}) {
    double z = 0;
    for (const auto& facts : recorder.days) {
      double expected = facts.expected[static_cast<std::size_t>(series)], noise = series == Series::kQuestions ? 0 : 0.06;
      z += (static_cast<double>(facts.observed[static_cast<std::size_t>(series)]) - expected) / std::sqrt(expected + noise * noise * expected * expected);
    }
    EXPECT_LT(std::abs(z / std::sqrt(static_cast<double>(recorder.days.size()))), 4.5) << series_name(series);
  }
}

TEST(SimEffects, shapes) {
  Effect pulse{Series::kVisits, Shape::kPulse, 0.5, 0, 3}, delayed{Series::kVisits, Shape::kDelayed, 0.5, 4, 2}, lasting{Series::kVisits, Shape::kLasting, 0.5, 0, 1},
      fading{Series::kVisits, Shape::kFading, 0.8, 0, 5};
  EXPECT_EQ(pulse.at(-1), 0);
  EXPECT_EQ(pulse.at(2), 0.5);
  EXPECT_EQ(pulse.at(3), 0);
  EXPECT_EQ(delayed.at(3), 0);
  EXPECT_EQ(delayed.at(4), 0.5);
  EXPECT_EQ(delayed.at(6), 0);
  EXPECT_EQ(lasting.at(5000), 0.5);
  EXPECT_DOUBLE_EQ(fading.at(5), 0.4);
  EXPECT_DOUBLE_EQ(fading.at(10), 0.2);
}

TEST(SimScale, activities_come_out_as_asked) {
  auto parameters = small(3);
  parameters.people = 2000;
  parameters.years = 1;
  parameters.activities = 60'000;
  World world{parameters};
  Recorder recorder;
  NoProgress progress;
  auto count = run_timeline(world, recorder, progress);
  ASSERT_TRUE(count.has_value());
  EXPECT_NEAR(static_cast<double>(*count), 60'000, 9'000);
}

TEST(SimText, the_same_problem_is_asked_in_other_words) {
  World world{small()};
  Composer composer{world};
  std::set<std::string> titles;
  for (std::uint64_t key = 1; key <= 60; ++key) titles.insert(composer.title(Activity{.thread_key = key, .problem = 0, .role = Role::kQuestion, .thread_role = Role::kQuestion}));
  EXPECT_GE(titles.size(), 4u);
  Activity question{.key = 9, .thread_key = 9, .problem = 0, .role = Role::kQuestion, .thread_role = Role::kQuestion};
  auto body = composer.body(question);
  EXPECT_EQ(body, composer.body(question));
  EXPECT_EQ(body.find('{'), std::string::npos) << body;
}

TEST(SimText, every_rule_in_every_language_ties_its_slots) {
  World world{small()};
  Composer composer{world};
  for (std::uint16_t problem = 0; problem < world.topics.problems().size(); ++problem)
    for (int language = 0; language < 6; ++language)
      for (std::size_t role = 0; role < kRoles; ++role)
        for (std::uint64_t key = 1; key < 8; ++key) {
          Activity activity{.key = mix(key), .thread_key = mix(key), .problem = problem, .work = 1, .role = static_cast<Role>(role), .thread_role = Role::kQuestion,
                            .language = static_cast<Language>(language), .thread_language = static_cast<Language>(language)};
          auto body = composer.body(activity), title = composer.title(activity);
          auto left = body.find('{');
          // "sync: { mode: … }" is the only brace that is meant.
          if (left != std::string::npos) {
            EXPECT_EQ(body.compare(left, 8, "{ mode: "), 0) << body;
          }
          EXPECT_EQ(title.find('{'), std::string::npos) << title;
          EXPECT_EQ(body.empty(), activity.role == Role::kSilent);
        }
}

TEST(SimPeople, logins_are_unique_and_names_are_not) {
  auto parameters = small();
  parameters.people = 3000;
  Community community{parameters};
  std::set<std::string> logins, names;
  int humans = 0;
  for (const auto& person : community.people()) {
    if (person.kind != PersonKind::kHuman) continue;
    ++humans;
    logins.insert(person.login);
    names.insert(person.name.native);
  }
  EXPECT_EQ(humans, 3000);
  EXPECT_EQ(static_cast<int>(logins.size()), humans);
  EXPECT_LT(static_cast<int>(names.size()), humans * 9 / 10);
}

TEST(SimPeople, jobs_do_not_overlap) {
  Community community{small()};
  for (const auto& person : community.people())
    for (std::size_t i = 1; i < person.jobs.size(); ++i) EXPECT_LE(person.jobs[i - 1].to_day, person.jobs[i].from_day);
}

}  // namespace
}  // namespace rapport::sim
