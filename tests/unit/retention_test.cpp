// Raw records go when their time is over; what was made of them does not.
#include <gtest/gtest.h>

#include "sync/model.h"
#include "sync/page_store.h"
#include "sync/retention.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using test::ok;

constexpr Stream kStreams[] = {{"posts", StreamKind::kIncremental}, {"users", StreamKind::kFullListing}};
constexpr std::string_view kModel =
    "INSERT INTO out_place BY NAME SELECT 'here' AS key, 'forum' AS kind, 'Here' AS name FROM changed;"
    "INSERT INTO out_account BY NAME SELECT record_id AS key, 'forum' AS platform FROM changed;"
    "INSERT INTO out_activity BY NAME SELECT stream, record_id, record_id AS key, 'topic' AS kind, 'here' AS place_key, record_id AS account_key, "
    "updated_at AS happened_at, (json->>'title') AS title FROM changed;";

struct Forum {
  Forum() {
    info.name = "forum";
    info.streams = kStreams;
    EXPECT_TRUE(ok(store.execute("INSERT INTO source VALUES (1, 'forum', 'forum', '')")));
    model.source_id = 1;
    model.name = "forum";
    model.connector = &info;
    model.model_sql = kModel;
  }
  void tell(std::size_t stream, std::string id, Time at, std::string title) {
    StreamPosition position{1, std::string{kStreams[stream].name}, StreamKind::kIncremental, {}, false};
    Page page;
    page.records.push_back({std::move(id), R"({"title": ")" + title + R"("})", at});
    page.next = "on";
    ASSERT_TRUE(ok(store_page(store, info, position, page, ++batch)));
  }
  void give_meaning(ModelScope scope = ModelScope::kChanged) { ASSERT_TRUE(ok(run_model(store, model, scope))); }
  std::int64_t let_go() {
    auto went = let_go_of_raw(store, 1, kStreams, std::chrono::days{30});
    EXPECT_TRUE(ok(went));
    return *went;
  }
  std::string told(const char* sql) {
    auto rows = store.query(sql);
    EXPECT_TRUE(ok(rows));
    return to_text(rows->rows[0][0]);
  }
  std::string titles() { return told("SELECT string_agg(title, ', ' ORDER BY title) FROM activity"); }
  std::string raw() { return told("SELECT coalesce(string_agg(record_id, ', ' ORDER BY record_id), '') FROM raw_record"); }

  Store store = test::memory_store();
  ConnectorInfo info;
  ModelSource model;
  std::int64_t batch = 0;
  Time today = now(), long_ago = today - std::chrono::days{31};
};

TEST(Retention, keeps_what_was_made_of_them) {
  Forum forum;
  forum.tell(0, "a", forum.long_ago, "old");
  forum.tell(0, "b", forum.today, "new");
  forum.tell(1, "u", forum.long_ago, "listed");
  forum.give_meaning();
  EXPECT_EQ(forum.let_go(), 1);
  EXPECT_EQ(forum.raw(), "b, u");  // a listing would bring "u" back
  EXPECT_EQ(forum.titles(), "listed, new, old");

  forum.give_meaning(ModelScope::kAll);
  EXPECT_EQ(forum.titles(), "listed, new, old");
  EXPECT_EQ(forum.told("SELECT count(*) FROM account"), "3");
  EXPECT_EQ(forum.told("SELECT count(*) FROM place"), "1");
  EXPECT_EQ(forum.let_go(), 0);
}

TEST(Retention, never_takes_what_has_no_meaning_yet) {
  Forum forum;
  forum.tell(0, "a", forum.long_ago, "old");
  EXPECT_EQ(forum.let_go(), 0);
  forum.give_meaning();
  forum.tell(0, "c", forum.long_ago, "older");
  EXPECT_EQ(forum.let_go(), 1);
  EXPECT_EQ(forum.raw(), "c");
  forum.give_meaning();
  EXPECT_EQ(forum.titles(), "old, older");
}

TEST(Retention, takes_over_what_is_told_again) {
  Forum forum;
  forum.tell(0, "a", forum.long_ago, "old");
  forum.give_meaning();
  EXPECT_EQ(forum.let_go(), 1);
  forum.tell(0, "a", forum.today, "edited");
  forum.give_meaning();
  EXPECT_EQ(forum.titles(), "edited");
  forum.model.model_sql += " SELECT 1;";  // another version of the model: all is told anew
  forum.give_meaning();
  EXPECT_EQ(forum.titles(), "edited");
}

TEST(Retention, counts_what_went_over_the_years) {
  Forum forum;
  for (const char* id : {"a", "b"}) {
    forum.tell(0, id, forum.long_ago, id);
    forum.give_meaning();
    EXPECT_EQ(forum.let_go(), 1);
  }
  EXPECT_EQ(forum.told("SELECT records FROM raw_let_go"), "2");
}

}  // namespace
}  // namespace rapport
