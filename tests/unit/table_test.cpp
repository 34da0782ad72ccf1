// Tables through the whole path: file -> raw_record -> activity. Expected values are read off the fixtures by eye.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "connectors/table/inputs.h"
#include "connectors/table/table.h"
#include "sync/sync.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

class NoHttp : public Http {
 public:
  Result<HttpResponse> send(const HttpRequest&) override { return fail(Error::Kind::kBug, "a table asked the network"); }
};

class TableTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream{folder_.path() / name, std::ios::binary} << text; }
  void append(const std::string& name, const std::string& text) { std::ofstream{folder_.path() / name, std::ios::binary | std::ios::app} << text; }

  SourceResult sync_table(std::map<std::string, std::string> settings) {
    settings.try_emplace("kind", "signup");
    settings.try_emplace("time", "day");
    Workspace workspace;
    workspace.home = folder_.path();
    workspace.sources = {{"rows", "table", std::move(settings)}};
    NoHttp http;
    NoProgress progress;
    auto result = sync(store_, workspace, http, {}, progress);
    EXPECT_TRUE(test::ok(result));
    for (const auto& error : result->sources[0].errors) {
      said_ += error.what;
      for (const auto& step : error.trail) said_ += " | " + step;
    }
    return result->sources[0];
  }

  // Rows joined by "; ", cells by ",".
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
  std::string titles() { return ask("SELECT title FROM activity ORDER BY title"); }

  test::TempFolder folder_;
  Store store_ = test::memory_store();
  std::string said_;
};

TEST_F(TableTest, MapsColumnsAndSetsBadRowsAside) {
  std::filesystem::copy("connectors/table/fixtures/signups/signups.csv", folder_.path() / "signups.csv");
  sync_table({{"path", "signups.csv"}, {"time", "\"Created At\""}, {"account", "Login"}, {"email", "\"E-mail\""}, {"person_name", "\"Full Name\""},
              {"attributes", "plan,country"}, {"title", "upper(plan)"}});
  EXPECT_EQ(said_, "");
  EXPECT_EQ(ask("SELECT strftime(happened_at, '%d %H:%M'), native_id, title FROM activity JOIN account USING (account_id) ORDER BY happened_at"),
            "31 23:59,cyd,; 02 10:00,ada1,PRO; 03 09:00,bob2,FREE; 03 09:00,bob2,FREE; 03 10:00,dan,PRO");
  EXPECT_EQ(ask("SELECT attributes->>'country' FROM activity JOIN account USING (account_id) WHERE native_id = 'ada1'"), "DE");
  EXPECT_EQ(ask("SELECT name, email FROM account WHERE native_id = 'bob2'"), "Bob \"B\" Two,bob@example.org");
  EXPECT_EQ(ask("SELECT position, reason FROM rejected_record WHERE position LIKE 'line%'"), "line 7,3 fields where the header has 6");
  EXPECT_EQ(ask("SELECT reason FROM rejected_record WHERE position NOT LIKE 'line%' ORDER BY 1"),
            "the time \"03/04/2024\" can be read in two ways: set time_format; the time \"not a time\" cannot be read");
}

TEST_F(TableTest, AppendedRowsAreAddedAndRepeatedOnesKept) {
  write("a.csv", "day,title\n2024-01-01,x\n2024-01-01,x\n");
  EXPECT_EQ(sync_table({{"path", "a.csv"}, {"title", "title"}}).records, 2);
  append("a.csv", "2024-01-01,x\n2024-01-02,y\n");
  EXPECT_EQ(sync_table({{"path", "a.csv"}, {"title", "title"}}).records, 2);
  EXPECT_EQ(sync_table({{"path", "a.csv"}, {"title", "title"}}).records, 0);
  EXPECT_EQ(titles(), "x; x; x; y");
}

TEST_F(TableTest, ALastLineThatGrowsIsReplaced) {
  write("a.jsonl", "{\"day\":\"2024-01-01\",\"title\":\"x\"}\n{\"day\":\"2024-01-02\",\"title\":\"half\"}");
  sync_table({{"path", "a.jsonl"}, {"title", "title"}});
  EXPECT_EQ(titles(), "half; x");
  write("b.csv", "day,title\n2024-01-02,beg");
  sync_table({{"path", "b.csv"}, {"title", "title"}});
  append("b.csv", "inning\n");
  sync_table({{"path", "b.csv"}, {"title", "title"}});
  EXPECT_EQ(ask("SELECT title FROM activity WHERE title LIKE 'beg%'"), "beginning");
}

TEST_F(TableTest, AReplacedFileIsReadAgainAndWithAnIdRowsAreUpdated) {
  write("a.csv", "id,day,title\n1,2024-01-01,x\n2,2024-01-02,y\n");
  sync_table({{"path", "a.csv"}, {"title", "title"}, {"id", "id"}});
  write("a.csv", "id,day,title\n2,2024-01-02,z\n3,2024-01-03,w\n");
  sync_table({{"path", "a.csv"}, {"title", "title"}, {"id", "id"}});
  EXPECT_EQ(titles(), "w; x; z");
}

TEST_F(TableTest, AFullListingForgetsWhatVanished) {
  write("a.csv", "id,day,title\n1,2024-01-01,x\n2,2024-01-02,y\n");
  std::map<std::string, std::string> settings{{"path", "a.csv"}, {"title", "title"}, {"id", "id"}};
  sync_table(settings);
  settings["full"] = "true";
  sync_table(settings);
  EXPECT_EQ(titles(), "x; y");
  write("a.csv", "id,day,title\n2,2024-01-02,y\n");
  sync_table(settings);
  EXPECT_EQ(titles(), "y");
  sync_table(settings);
  EXPECT_EQ(titles(), "y");
  settings["full"] = "false";
  sync_table(settings);
  EXPECT_EQ(titles(), "x; y") << "the rows of the incremental stream are all still there";
}

TEST_F(TableTest, EncodingsLineEndsAndDelimiters) {
  struct Case {
    const char *name, *format;
    std::string text;
  };
  for (const auto& one : {Case{"bom.csv", "", "\xEF\xBB\xBF" "day,title\r\n2024-01-01,caf\xC3\xA9\r\n"},
                          Case{"latin.csv", "", "day;title\n2024-01-01;caf\xE9\n"},
                          Case{"mac.csv", "", "day,title\r2024-01-01,caf\xC3\xA9\r"},
                          Case{"tab.tsv", "", "day\ttitle\n2024-01-01\tcaf\xC3\xA9"},
                          Case{"wide.csv", "", std::string("\xFF\xFE" "d\0a\0y\0,\0t\0i\0t\0l\0e\0\n\0" "2\0000\0002\0004\0-\0000\0001\0-\0000\0001\0,\0c\0a\0f\0\xE9\0\n\0", 54)},
                          Case{"array.json", "", "[{\"day\":\"2024-01-01\",\"title\":\"caf\xC3\xA9\"}]"},
                          Case{"pretty.json", "", "{\n \"day\": \"2024-01-01\",\n \"title\": \"caf\\u00e9\"\n}\n"},
                          Case{"noname", "jsonl", "\n{\"day\":\"2024-01-01\",\"title\":\"caf\xC3\xA9\"}\n"}}) {
    write(one.name, one.text);
    store_ = test::memory_store();
    sync_table({{"path", one.name}, {"format", one.format}, {"title", "title"}});
    EXPECT_EQ(titles(), "caf\xC3\xA9") << one.name << " " << said_;
  }
}

TEST_F(TableTest, HostileFiles) {
  write("empty.csv", "");
  write("header.csv", "day,title\n");
  write("binary.csv", std::string("\x7f" "ELF\0\0\0\1\2", 9));
  write("names.csv", "day,title,title,,\"\"\"; DROP TABLE activity; --\"\n2024-01-01,first,second,third,fourth\n");
  write("quote.csv", "day,title\n2024-01-01,\"never closed\n2024-01-02,fine\n");
  write("nul.jsonl", "{\"day\":\"2024-01-01\",\"title\":\"n\\u0000ul\"}\n[1,2]\n{\"day\":\n{}\n");
  sync_table({{"path", "."}, {"title", "title"}, {"text", "title_2 || column4"}, {"url", "\"\"\"; DROP TABLE activity; --\""}});
  EXPECT_EQ(said_, "");
  EXPECT_EQ(ask("SELECT text, url FROM activity WHERE title = 'first'"), "secondthird,fourth");
  EXPECT_EQ(ask("SELECT count(*) FROM activity WHERE title = 'fine'"), "1");
  EXPECT_EQ(ask("SELECT position, reason FROM rejected_record WHERE position LIKE '%.%' AND position NOT LIKE 'nul%' ORDER BY 1"),
            "binary.csv,this is not text: there are NUL bytes in it; quote.csv, line 2,a quote that is never closed");
  EXPECT_EQ(ask("SELECT position FROM rejected_record WHERE position LIKE 'nul%' ORDER BY 1"), "nul.jsonl, line 2; nul.jsonl, line 3");
}

TEST_F(TableTest, AFolderCountsEqualRowsOfTwoFilesOnce) {
  write("january.csv", "day,title\n2024-01-01,x\n2024-01-02,y\n");
  write("february.csv", "day,title\n2024-01-02,y\n2024-02-01,z\n");
  sync_table({{"path", "*.csv"}, {"title", "title"}});
  EXPECT_EQ(titles(), "x; y; z");
  store_ = test::memory_store();
  sync_table({{"path", "*.csv"}, {"title", "title"}, {"file_column", "file"}, {"where", "file = 'february.csv'"}});
  EXPECT_EQ(titles(), "y; z");
}

TEST_F(TableTest, ParquetIsReadByTheStore) {
  auto file = (folder_.path() / "it's.parquet").string();
  ASSERT_TRUE(test::ok(store_.execute("COPY (SELECT DATE '2024-01-01' + i::INT AS day, 'row' || (i % 2) AS title, {'a': i % 2} AS nested FROM range(4) t(i) UNION "
                                      "ALL SELECT DATE '2024-01-01', 'row0', {'a': 0}) TO " + sql_quoted(file) + " (FORMAT parquet)")));
  EXPECT_EQ(sync_table({{"path", "it's.parquet"}, {"title", "title"}, {"amount", "nested.a"}}).records, 5);
  EXPECT_EQ(ask("SELECT title, sum(amount) FROM activity GROUP BY 1 ORDER BY 1"), "row0,0; row1,2");
  EXPECT_EQ(sync_table({{"path", "it's.parquet"}, {"title", "title"}, {"amount", "nested.a"}}).records, 0);
}

TEST_F(TableTest, TimesAsTheyAreWritten) {
  struct Case {
    const char *text, *want;
  };
  // Unix numbers by `date -u -d @…`.
  std::string csv = "day,title\n", want;
  const Case cases[] = {{"1704164645", "2024-01-02 03:04:05"}, {"1704164645000", "2024-01-02 03:04:05"}, {"1704164645000000", "2024-01-02 03:04:05"},
                        {"2024-01-02T03:04:05Z", "2024-01-02 03:04:05"}, {"2024-01-02T03:04Z", "2024-01-02 03:04:00"},
                        {"2024-01-02 03:04:05 +0100", "2024-01-02 02:04:05"}, {"2024-01-02 03:04:05", "2024-01-02 02:04:05"},
                        {"02.01.2024 03:04", "2024-01-02 02:04:00"}, {"20240102", "2024-01-01 23:00:00"}, {"2024", "2023-12-31 23:00:00"},
                        {"2024-07-02", "2024-07-01 22:00:00"}, {"\"Tue, 02 Jan 2024 03:04:05 +0000\"", "2024-01-02 03:04:05"},
                        {"Thu Jan 1 00:00:01 2015 -0200", "2015-01-01 02:00:01"}, {"\"Jan 02, 2024\"", "2024-01-01 23:00:00"}};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    csv += std::string{cases[i].text} + "," + std::string(1, static_cast<char>('a' + i)) + "\n";
    want += (i > 0 ? "; " : "") + std::string{cases[i].want};
  }
  write("t.csv", csv + "12345,later\ninfinity,later\n2024-13-01,later\n");
  sync_table({{"path", "t.csv"}, {"title", "title"}, {"timezone", "Europe/Berlin"}});
  EXPECT_EQ(ask("SELECT strftime(happened_at, '%Y-%m-%d %H:%M:%S') FROM activity ORDER BY title"), want);
  EXPECT_EQ(ask("SELECT count(*) FROM rejected_record"), "3");
}

TEST_F(TableTest, ErrorsNameTheSetting) {
  write("a.csv", "day,title,n\n2024-01-01,x,1\n");
  struct Case {
    const char *setting, *value, *says;
  };
  for (const auto& one : {Case{"email", "emial", "setting `email`: no row has a column called \"emial\"; there are: day, n, title"},
                          Case{"title", "lower(titel)", "setting `title`: no row has a column called \"titel\""},
                          Case{"title", "lower(title", "setting `title`: a ( is not closed"},
                          Case{"where", "title = 'x'; DROP TABLE activity", "setting `where`: there is a ; in it"},
                          Case{"where", "true) OR (true", "setting `where`: a ) closes nothing"},
                          Case{"title", "title -- x", "setting `title`: there is a comment in it"},
                          Case{"title", "Full Name", "setting `title`: two names in a row"},
                          Case{"title", "nosuch(title)", "setting `title`"},
                          Case{"kind", "", "setting `kind` is missing"},
                          Case{"timezone", "Mars/Olympus", "setting `timezone`: there is no zone called Mars/Olympus"},
                          Case{"format", "xls", "setting `format`: there is no format xls"},
                          Case{"delimiter", "ab", "setting `delimiter` is not one character"},
                          Case{"path", "b.csv", "there is no "}}) {
    said_.clear();
    std::map<std::string, std::string> settings{{"path", "a.csv"}};
    settings[one.setting] = one.value;
    sync_table(settings);
    EXPECT_NE(said_.find(one.says), std::string::npos) << one.setting << " = " << one.value << " gave: " << said_;
  }
}

TEST_F(TableTest, RowsThatAnExpressionFailsForAreNotTheEndOfAll) {
  write("a.csv", "day,title,n\n2024-01-01,x,1\n2024-01-02,y,many\n");
  sync_table({{"path", "a.csv"}, {"title", "title"}, {"amount", "n::INTEGER + 1"}, {"platform", "github"}, {"account", "title"}});
  EXPECT_EQ(said_, "");
  EXPECT_EQ(ask("SELECT title, amount FROM activity ORDER BY 1"), "x,2; y,1");
  EXPECT_EQ(ask("SELECT DISTINCT platform FROM account"), "github");
  sync_table({{"path", "a.csv"}, {"title", "title"}, {"amount", "n"}});
  EXPECT_EQ(ask("SELECT reason FROM rejected_record"), "the amount \"many\" is no number");
}

TEST_F(TableTest, RecognisesAndSaysWhatItGuesses) {
  auto found = kTableConnector.recognise("connectors/table/fixtures/signups/signups.csv");
  EXPECT_GT(found.confidence, 0);
  EXPECT_EQ(found.name, "signups");
  std::map<std::string, std::string> settings{found.settings.begin(), found.settings.end()};
  EXPECT_EQ(settings["kind"], "signup");
  EXPECT_EQ(settings["time"], "\"Created At\"");
  EXPECT_EQ(settings["email"], "\"E-mail\"");
  EXPECT_NE(found.understood.find("time from \"Created At\""), std::string::npos) << found.understood;
  EXPECT_EQ(kTableConnector.recognise("no/such/file.csv").confidence, 0);
  EXPECT_EQ(kTableConnector.recognise("https://example.org/a.csv").confidence, 0);
}

}  // namespace
}  // namespace rapport
