// Which pages of a stream are written together, and when.
#include "sync/gathered.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

using namespace std::chrono_literals;

Page page_of(std::initializer_list<const char*> ids, std::string next) {
  Page page;
  for (const char* id : ids) page.records.push_back({id, "{}", {}, false});
  page.next = std::move(next);
  return page;
}

std::string ids_of(const Page& page) {
  std::string ids;
  for (const auto& record : page.records) ids += record.id;
  return ids;
}

TEST(Gathered, SmallPagesBecomeOneWithTheLastCursor) {
  Gathered gathered;
  EXPECT_TRUE(gathered.empty());
  EXPECT_FALSE(gathered.is_due(Gathered::Clock::now() + 1h)) << "nothing is never due";
  EXPECT_TRUE(gathered.add(page_of({"a", "b"}, "2")));
  EXPECT_TRUE(gathered.add(page_of({"c"}, "3")));
  EXPECT_TRUE(gathered.add(page_of({}, "4"))) << "a list page brings no record but goes on";
  auto page = gathered.take();
  EXPECT_EQ(ids_of(page), "abc");
  EXPECT_EQ(page.next, "4");
  EXPECT_TRUE(gathered.empty());
}

TEST(Gathered, AreDueAfterASecondAtTheEndOrWhenMany) {
  Gathered gathered;
  gathered.add(page_of({"a"}, "1"));
  EXPECT_FALSE(gathered.is_due(Gathered::Clock::now()));
  EXPECT_TRUE(gathered.is_due(Gathered::Clock::now() + 1001ms));
  auto last = page_of({"b"}, "2");
  last.caught_up = true;
  gathered.add(std::move(last));
  EXPECT_TRUE(gathered.is_due(Gathered::Clock::now()));
  EXPECT_TRUE(gathered.take().caught_up);
  for (int i = 0; i < 999; ++i) gathered.add(page_of({"c"}, "3"));
  EXPECT_FALSE(gathered.is_due(Gathered::Clock::now()));
  gathered.add(page_of({"c"}, "3"));
  EXPECT_TRUE(gathered.is_due(Gathered::Clock::now()));
  gathered.take();
  auto large = page_of({"d"}, "4");
  large.records[0].json.resize(4u << 20);
  gathered.add(std::move(large));
  EXPECT_TRUE(gathered.is_due(Gathered::Clock::now()));
  gathered.take();
  gathered.add(page_of({"e"}, "5"));
  EXPECT_FALSE(gathered.is_due(Gathered::Clock::now())) << "sizes begin anew";
}

TEST(Gathered, WhatSpeaksOfEarlierRecordsStandsAlone) {
  auto rejects = page_of({}, "2");
  rejects.rejected.push_back({"x", "broken", {}});
  auto removes = page_of({}, "2");
  removes.gone_where = "true";
  auto scans = page_of({}, "2");
  scans.scan_sql = "SELECT 1";
  constexpr ColumnSpec columns[] = {{"record_id", ColumnType::kText}};
  auto staged = page_of({}, "2");
  staged.rows.emplace_back(columns);
  staged.rows[0].text("x");
  for (auto* alone : {&rejects, &removes, &scans, &staged}) {
    Gathered gathered;
    gathered.add(page_of({"a"}, "1"));
    EXPECT_FALSE(gathered.add(std::move(*alone)));
    EXPECT_EQ(ids_of(gathered.take()), "a");
    EXPECT_TRUE(gathered.add(std::move(*alone))) << "a refusal takes nothing";
    EXPECT_TRUE(gathered.is_due(Gathered::Clock::now()));
    EXPECT_FALSE(gathered.add(page_of({"b"}, "3")));
  }
}

}  // namespace
}  // namespace rapport
