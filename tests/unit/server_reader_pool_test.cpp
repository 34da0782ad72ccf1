// Readers that stay, beside writers that come and go.
#include "server/reader_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "server/service.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using test::ok;

class Pool : public testing::Test {
 protected:
  test::TempFolder folder;
  fs::path database = folder / "rapport.duckdb";

  void SetUp() override { ASSERT_TRUE(ok(Store::open_to_write(database, "test"))); }

  static std::int64_t count(ReaderPool& pool) {
    auto lease = pool.lease();
    if (!lease) return -1;
    auto table = lease->store().query("SELECT count(*) FROM source");
    return table ? to_integer(table->rows[0][0]) : -1;
  }
  static Result<> insert(Store& store) { return store.execute("INSERT INTO source VALUES (1, 'a', 'git', '')"); }

  // What the server does four times a second, until the end of the scope.
  struct Ticking {
    explicit Ticking(ReaderPool& pool) : thread([this, &pool] {
      while (!ended) {
        pool.tick();
        std::this_thread::sleep_for(milliseconds{50});
      }
    }) {}
    ~Ticking() {
      ended = true;
      thread.join();
    }
    std::atomic<bool> ended{false};
    std::thread thread;
  };
};

TEST_F(Pool, SeesWhatAWriterWroteWhileItWasOpen) {
  ReaderPool pool{database};
  EXPECT_EQ(count(pool), 0);
  auto before = database_version(database);
  auto writer = Store::open_to_write(database, "test");
  ASSERT_TRUE(ok(writer));
  ASSERT_TRUE(ok(insert(*writer)));
  EXPECT_NE(database_version(database), before);
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (count(pool) == 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(milliseconds{50});
  EXPECT_EQ(count(pool), 1);
}

TEST_F(Pool, SeesNewsAtOnceWhenToldOfThem) {
  ReaderPool pool{database, {.reopen_every = std::chrono::hours{1}}};
  EXPECT_EQ(count(pool), 0);
  auto writer = Store::open_to_write(database, "test");
  ASSERT_TRUE(ok(insert(*writer)));
  EXPECT_EQ(count(pool), 0);
  pool.expect_news();
  EXPECT_EQ(count(pool), 1);
}

TEST_F(Pool, MakesWayForAWriterThatFoldsItsLogAndComesBack) {
  ReaderPool pool{database, {.idle = std::chrono::hours{1}}};
  EXPECT_EQ(count(pool), 0);
  Ticking ticking{pool};
  auto writer = Store::open_to_write(database, "test");
  ASSERT_TRUE(ok(writer));
  ASSERT_TRUE(ok(insert(*writer)));
  ASSERT_TRUE(pool.is_open());
  EXPECT_GT(writer->log_bytes(), 0u);
  ASSERT_TRUE(ok(writer->checkpoint()));
  EXPECT_EQ(writer->log_bytes(), 0u);
  EXPECT_FALSE(Store::wants_readers_to_leave(database));
  EXPECT_EQ(count(pool), 1);
}

TEST_F(Pool, AReaderThatStaysCostsAWriterTwoSecondsAtMostAndOnce) {
  auto reader = Store::open_to_read(database);
  ASSERT_TRUE(ok(reader));
  auto writer = Store::open_to_write(database, "test");
  ASSERT_TRUE(ok(insert(*writer)));
  auto begun = std::chrono::steady_clock::now();
  ASSERT_TRUE(ok(writer->checkpoint()));
  auto first = std::chrono::steady_clock::now() - begun;
  ASSERT_TRUE(ok(writer->checkpoint()));
  auto second = std::chrono::steady_clock::now() - begun - first;
  EXPECT_GT(first, milliseconds{1900});
  EXPECT_LT(first, milliseconds{3500});
  EXPECT_LT(second, milliseconds{500});
  EXPECT_GT(writer->log_bytes(), 0u);
}

TEST_F(Pool, LeavesWhenNobodyAsks) {
  ReaderPool pool{database, {.idle = milliseconds{50}}};
  EXPECT_EQ(count(pool), 0);
  pool.tick();
  EXPECT_TRUE(pool.is_open());
  std::this_thread::sleep_for(milliseconds{80});
  pool.tick();
  EXPECT_FALSE(pool.is_open());
  EXPECT_EQ(count(pool), 0);
}

TEST_F(Pool, InterruptsAQuestionThatTakesTooLong) {
  ReaderPool pool{database, {.longest_query = std::chrono::seconds{0}}};
  auto lease = pool.lease();
  ASSERT_TRUE(ok(lease));
  Ticking ticking{pool};
  auto answer = lease->store().query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b");
  EXPECT_TRUE(test::fails(answer, Error::Kind::kCancelled));
  EXPECT_TRUE(lease->overdue());
}

TEST_F(Pool, ManyThreadsAskAtOnce) {
  ReaderPool pool{database};
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) good += count(pool) == 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 80);
}

TEST_F(Pool, AnswersAreTaggedByTheStateOfTheData) {
  ReaderPool pool{database};
  Intake intake{database.parent_path() / "inbox", {}};
  Service service{{"Demo", "1", database}, pool, intake};
  auto ask = [&](std::string host, std::string if_none_match) {
    Request request = *parse_target("/api/v1/rejected");
    request.host = std::move(host);
    request.if_none_match = std::move(if_none_match);
    return service.answer(std::move(request));
  };
  auto tag_of = [](const Answer& answer) {
    for (const auto& [name, value] : answer.headers)
      if (name == "ETag") return value;
    return std::string{};
  };
  auto first = ask("localhost:7878", "");
  EXPECT_EQ(first.status, 200);
  auto tag = tag_of(first);
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(ask("127.0.0.1", tag).status, 304);
  EXPECT_EQ(ask("127.0.0.1", "W/\"other\", " + tag).status, 304);
  {
    auto writer = Store::open_to_write(database, "test");
    ASSERT_TRUE(ok(insert(*writer)));
  }
  pool.expect_news();
  auto later = ask("[::1]:80", tag);
  EXPECT_EQ(later.status, 200);
  EXPECT_NE(tag_of(later), tag);
  for (auto host : {"", "evil.example", "evil.example:7878", "127.0.0.1.evil.example", "localhost.", "127.0.0.1:", "[::1]x", "127.0.0.1:80@evil"})
    EXPECT_EQ(ask(host, "").status, 403) << host;
}

}  // namespace
}  // namespace rapport
