// Every fixture: replay the session, compare the raw rows, run the model, compare the common rows.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "tests/connectors/fixture.h"
#include "tests/support/result_matchers.h"

namespace rapport::test {
namespace {

// Connectors without fixture folders, with the reason.
const std::map<std::string, std::string> kNoFixtures = {
    {"git", "repositories are made by git itself when the test runs: tests/unit/git_*_test.cpp"},
};

TEST(Connectors, have_fixtures) {
  std::map<std::string, int> count;
  for (const auto& fixture : all_fixtures()) ++count[std::string{fixture.connector->info.name}];
  for (const auto& entry : connectors()) {
    std::string name{entry.info.name};
    if (kNoFixtures.contains(name)) EXPECT_EQ(count[name], 0) << name << " has fixtures: take it off the list of those without";
    else EXPECT_GT(count[name], 0) << "connectors/" << name << "/fixtures is missing; see tests/connectors/README.md";
  }
}

TEST(Connectors, are_declared_fully) {
  std::string before;
  for (const auto& entry : connectors()) {
    const auto& info = entry.info;
    std::string name{info.name};
    EXPECT_LT(before, name) << "the table is sorted by name";
    before = name;
    EXPECT_FALSE(info.summary.empty()) << name;
    EXPECT_FALSE(info.streams.empty()) << name;
    EXPECT_FALSE(info.model_sql.empty() && entry.make_model == nullptr) << name << " has no model";
    EXPECT_NE(entry.open, nullptr) << name;
    EXPECT_NE(entry.recognise, nullptr) << name;
    for (const auto& setting : info.settings) {
      EXPECT_TRUE(setting.help.ends_with('.')) << name << "." << setting.name << ": help is a sentence";
      EXPECT_FALSE(setting.example.empty()) << name << "." << setting.name << " has no example";
    }
    for (const auto& staging : info.staging) {
      EXPECT_TRUE(staging.name.starts_with(name + "_")) << staging.name;
      ASSERT_FALSE(staging.columns.empty());
      EXPECT_EQ(staging.columns.front().name, "record_id") << staging.name;
    }
  }
}

class EveryFixture : public testing::TestWithParam<Fixture> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryFixture);

void expect_clear(const Error& error) {
  EXPECT_FALSE(error.what.empty());
  EXPECT_FALSE(error.fix.empty()) << error.what << ": says nothing about what to do";
  EXPECT_FALSE(error.trail.empty()) << error.what;
  EXPECT_NE(error.kind, Error::Kind::kBug) << error.what;
}

TEST_P(EveryFixture, gives_the_stated_rows) {
  const auto& fixture = GetParam();
  Workbench bench{fixture};
  bool compared = false;
  for (int step = 1;; ++step) {
    auto numbered = [&](const std::string& name, const char* extension) { return name + (step == 1 ? "" : fmt::format(".{}", step)) + extension; };
    auto session_file = numbered("session", ".http");
    if (step > 1 && !fixture.has(session_file)) break;
    if (auto clock = numbered("clock", ".txt"); fixture.has(clock)) {
      auto at = parse_time(trim(fixture.text(clock)));
      ASSERT_TRUE(ok(at)) << clock;
      bench.set_clock(*at);
    }
    ReplayHttp replay{exchanges_of(fixture, session_file)};
    auto result = bench.sync_with(replay);
    ASSERT_TRUE(ok(result));
    auto expected_error = fixture.text(numbered("error", ".txt"));
    while (expected_error.ends_with('\n')) expected_error.pop_back();
    bool refused = fixture.text(session_file).find("\n4") != std::string::npos;  // some answer was a 4xx
    for (const auto& error : result->errors) {
      auto said = fmt::format("{}: {}", error_kind_name(error.kind), error.what);
      expect_clear(error);
      if (!expected_error.empty()) EXPECT_TRUE(said.starts_with(expected_error)) << said;
      else EXPECT_TRUE(refused) << said << "\n  fix " << error.fix;
    }
    EXPECT_TRUE(expected_error.empty() || !result->errors.empty()) << "expected an error: " << expected_error;
    EXPECT_EQ(replay.unused(), std::vector<std::string>{}) << "the session holds answers that nobody asked for";
    for (const auto& table : stated_tables()) {
      auto file = numbered(table, ".csv");
      if (!fixture.has(file)) continue;
      auto [got, wanted] = bench.got_and_wanted(table, fixture.folder / file);
      EXPECT_TRUE(same_lines(got, wanted)) << file;
      compared = true;
    }
  }
  EXPECT_TRUE(compared) << "the fixture states no rows";
}

INSTANTIATE_TEST_SUITE_P(Fixtures, EveryFixture, testing::ValuesIn(all_fixtures()), [](const auto& info) { return info.param.test_name(); });

}  // namespace
}  // namespace rapport::test
