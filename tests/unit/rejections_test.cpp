// Who set a record aside, and when that is over.
#include <gtest/gtest.h>

#include "sync/model.h"
#include "sync/page_store.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using test::ok;

constexpr Stream kStreams[] = {{"things", StreamKind::kIncremental}};
constexpr const char* kModel =
    "INSERT INTO out_rejected BY NAME SELECT stream, record_id, 'too odd' AS reason FROM changed WHERE (json->>'odd')::BOOLEAN;";

struct Things {
  Things() {
    info.name = "things";
    info.streams = kStreams;
    EXPECT_TRUE(ok(store.execute("INSERT INTO source VALUES (1, 'things', 'things', '')")));
    model.source_id = 1;
    model.name = "things";
    model.connector = &info;
    model.model_sql = kModel;
    position.source_id = 1;
    position.stream = "things";
  }
  // One sync: a record with this JSON, or none, and a rejection at position "a", or none.
  void sync(const char* json, const char* reason) {
    Page page;
    if (json != nullptr) page.records.push_back({"a", json, std::nullopt});
    if (reason != nullptr) page.rejected.push_back({"a", reason, ""});
    page.next = "on";
    ASSERT_TRUE(ok(store_page(store, info, position, page, ++batch)));
    ASSERT_TRUE(ok(run_model(store, model, ModelScope::kChanged)));
  }
  std::string reasons() {
    auto rows = store.query("SELECT coalesce(string_agg(reason, ', ' ORDER BY reason), '') FROM rejected_record");
    EXPECT_TRUE(ok(rows));
    return to_text(rows->rows[0][0]);
  }

  Store store = test::memory_store();
  ConnectorInfo info;
  ModelSource model;
  StreamPosition position;
  std::int64_t batch = 0;
};

TEST(Rejections, of_reading_stay_when_a_record_of_that_name_gets_its_meaning) {
  Things things;
  things.sync(R"({"odd": false})", "its history may not be read");
  EXPECT_EQ(things.reasons(), "its history may not be read");
}

TEST(Rejections, of_reading_go_when_the_record_is_read) {
  Things things;
  things.sync(nullptr, "the host broke over it");
  EXPECT_EQ(things.reasons(), "the host broke over it");
  things.sync(R"({"odd": false})", nullptr);
  EXPECT_EQ(things.reasons(), "");
}

TEST(Rejections, of_a_model_go_when_it_can_use_the_record_and_not_before) {
  Things things;
  things.sync(R"({"odd": true})", nullptr);
  EXPECT_EQ(things.reasons(), "too odd");
  things.sync(R"({"odd": true})", nullptr);  // the same again: nothing for the model to do
  EXPECT_EQ(things.reasons(), "too odd");
  things.sync(R"({"odd": false})", nullptr);
  EXPECT_EQ(things.reasons(), "");
}

}  // namespace
}  // namespace rapport
