// Singer taps by the tap of the fixtures, a Python program.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "connectors/singer/singer.h"
#include "connectors/singer/tap.h"
#include "sync/sync.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

class NoHttp : public Http {
 public:
  Result<HttpResponse> send(const HttpRequest&) override { return fail(Error::Kind::kBug, "a tap asked our network"); }
};

class SingerTest : public testing::Test {
 protected:
  SourceResult sync_tap(const std::string& flags, std::map<std::string, std::string> settings = {}) {
    auto tap = std::filesystem::absolute("connectors/singer/fixtures/tickets/tap_tickets.py").string();
    settings["command"] = "python3 '" + tap + "' " + flags;
    if (!settings.contains("model")) {
      settings.try_emplace("stream", "tickets");
      settings.try_emplace("kind", "ticket");
      settings.try_emplace("time", "opened");
      settings.try_emplace("account", "\"by\"");
      settings.try_emplace("title", "subject");
    }
    Workspace workspace;
    workspace.home = folder_.path();
    workspace.sources = {{"desk", "singer", std::move(settings)}};
    NoHttp http;
    NoProgress progress;
    auto result = sync(store_, workspace, http, {}, progress);
    EXPECT_TRUE(test::ok(result));
    said_.clear();
    for (const auto& error : result->sources[0].errors) said_ += error.what + "\n";
    return result->sources[0];
  }
  std::string ask(std::string_view sql) {
    auto table = store_.query(sql);
    EXPECT_TRUE(test::ok(table));
    std::string out;
    for (const auto& row : table->rows) {
      if (!out.empty()) out += "; ";
      for (std::size_t i = 0; i < row.size(); ++i) out += (i > 0 ? "," : "") + to_text(row[i]);
    }
    return out;
  }

  test::TempFolder folder_;
  Store store_ = test::memory_store();
  std::string said_;
};

TEST_F(SingerTest, GoesOnFromItsState) {
  EXPECT_EQ(sync_tap("").records, 4);
  EXPECT_EQ(said_, "");
  EXPECT_EQ(ask("SELECT title FROM activity ORDER BY happened_at"), "Cannot install; Where are the docs?; Thanks");
  EXPECT_EQ(ask("SELECT cursor FROM sync_state"), "{\"state\":{\"last\":3}}");
  EXPECT_EQ(sync_tap("").records, 2) << "one ticket is new, one is deleted";
  EXPECT_EQ(ask("SELECT title FROM activity ORDER BY happened_at"), "Cannot install; Thanks; Crash");
  std::error_code ignored;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder_.path(), ignored))
    EXPECT_FALSE(file.is_regular_file()) << "the state was left behind: " << file.path();
}

TEST_F(SingerTest, AFailedTapKeepsWhatItSaidAndTellsWhy) {
  sync_tap("--break");
  EXPECT_NE(said_.find("exit code 3"), std::string::npos) << said_;
  EXPECT_NE(said_.find("the help desk said no"), std::string::npos) << said_;
  EXPECT_EQ(ask("SELECT title FROM activity"), "Cannot install");
  sync_tap("");
  EXPECT_EQ(said_, "");
  EXPECT_EQ(ask("SELECT count(*) FROM activity"), "3") << "tickets 3 and 4 came, 2 is deleted";
}

TEST_F(SingerTest, WhatIsNoMessageIsSetAside) {
  sync_tap("--noise");
  EXPECT_EQ(ask("SELECT position, split_part(reason, ' ', 1) FROM rejected_record ORDER BY 1"), "line 3,broken; line 4,a; line 5,BATCH");
  EXPECT_EQ(ask("SELECT count(*) FROM activity"), "3");
}

TEST_F(SingerTest, ANewVersionReplacesTheOld) {
  sync_tap("--version 1 --keep 4");
  EXPECT_EQ(ask("SELECT count(*) FROM activity"), "4");
  sync_tap("--version 2 --keep 2");
  EXPECT_EQ(ask("SELECT title FROM activity ORDER BY happened_at"), "Cannot install; Where are the docs?");
  EXPECT_EQ(ask("SELECT count(*) FROM raw_record WHERE gone"), "2");
}

TEST_F(SingerTest, AModelOfOnesOwn) {
  std::ofstream{folder_.path() / "desk.sql"} << "INSERT INTO out_activity BY NAME SELECT stream, record_id, record_id AS key, 'review' AS kind, "
                                                "TIMESTAMPTZ '2024-03-01' AS happened_at, (json->'record'->>'stars')::DOUBLE AS amount FROM changed WHERE "
                                                "(json->>'stream') = 'ratings';";
  sync_tap("", {{"model", "desk.sql"}});
  EXPECT_EQ(said_, "");
  EXPECT_EQ(ask("SELECT kind, amount FROM activity"), "review,5");
  sync_tap("", {{"model", "missing.sql"}});
  EXPECT_NE(said_.find("missing.sql"), std::string::npos);
}

TEST(Singer, WordsOfACommand) {
  auto words = singer::words_of_command(R"( tap-x  --name 'two words' "a \"b\"" c\ d '' )");
  ASSERT_TRUE(test::ok(words));
  EXPECT_EQ(*words, (std::vector<std::string>{"tap-x", "--name", "two words", "a \"b\"", "c d", ""}));
  EXPECT_FALSE(singer::words_of_command("tap 'open"));
  EXPECT_FALSE(singer::words_of_command("  "));
}

TEST(Singer, Recognises) {
  EXPECT_EQ(kSingerConnector.recognise("/opt/taps/bin/tap-github --flag").name, "github");
  EXPECT_EQ(kSingerConnector.recognise("tap-file.csv").confidence, 0);
  EXPECT_EQ(kSingerConnector.recognise("signups.csv").confidence, 0);
}

}  // namespace
}  // namespace rapport
