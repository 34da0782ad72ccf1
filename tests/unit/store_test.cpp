#include "store/store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "store/backup.h"
#include "store/migrations.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

using test::fails;
using test::ok;
using test::TempFolder;

std::int64_t number(Store& store, std::string_view sql) {
  auto answer = store.query(sql);
  EXPECT_TRUE(ok(answer));
  return answer && !answer->rows.empty() ? to_integer(answer->rows[0][0], -1) : -1;
}

// Runs `work` in a child process, which then ends with _exit; returns how it ended.
int in_a_child(const std::function<int()>& work) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Store, keeps_a_second_writer_out_and_names_the_first) {
  TempFolder room;
  auto first = Store::open_to_write(room / "a.duckdb", "rapport sync forum");
  ASSERT_TRUE(ok(first));
  EXPECT_TRUE(fails(Store::open_to_write(room / "a.duckdb", "rapport add x"), Error::Kind::kBusy, "rapport sync forum"));
  EXPECT_TRUE(fails(Store::lock_out_writers(room / "a.duckdb", "x"), Error::Kind::kBusy, std::to_string(::getpid())));
}

TEST(Store, readers_see_what_was_committed_when_they_opened) {
  TempFolder room;
  auto file = room / "a.duckdb";
  {
    auto writer = Store::open_to_write(file, "test");
    ASSERT_TRUE(ok(writer));
    ASSERT_TRUE(ok(writer->execute("CREATE TABLE t (n INT); INSERT INTO t VALUES (1)")));
    // In another process, as it is in life, and while a transaction is open.
    ASSERT_TRUE(ok(writer->execute("BEGIN; INSERT INTO t VALUES (2)")));
    int status = in_a_child([&] {
      auto reader = Store::open_to_read(file);
      return reader && number(*reader, "SELECT count(*) FROM t") == 1 ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
    ASSERT_TRUE(ok(writer->execute("COMMIT")));
    ASSERT_TRUE(ok(writer->checkpoint()));
  }
  auto reader = Store::open_to_read(file);
  ASSERT_TRUE(ok(reader));
  EXPECT_EQ(number(*reader, "SELECT count(*) FROM t"), 2);
  EXPECT_FALSE(reader->execute("INSERT INTO t VALUES (3)").has_value());
}

TEST(Store, is_whole_after_a_writer_was_killed) {
  TempFolder room;
  auto file = room / "a.duckdb";
  int status = in_a_child([&] {
    auto writer = Store::open_to_write(file, "test");
    if (!writer) return 1;
    if (!writer->execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)")) return 2;
    if (!writer->execute("BEGIN; INSERT INTO t SELECT range FROM range(500000); DELETE FROM t WHERE n < 10")) return 3;
    ::kill(::getpid(), SIGKILL);
    return 4;
  });
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  {
    auto reader = Store::open_to_read(file);
    ASSERT_TRUE(ok(reader));
    EXPECT_EQ(number(*reader, "SELECT count(*) FROM t"), 1000);
  }
  auto writer = Store::open_to_write(file, "test");
  ASSERT_TRUE(ok(writer));
  EXPECT_EQ(number(*writer, "SELECT count(*) FROM t"), 1000);
}

TEST(Store, is_whole_after_the_disk_was_full) {
  TempFolder room;
  auto file = room / "a.duckdb";
  int status = in_a_child([&] {
    auto writer = Store::open_to_write(file, "test");
    if (!writer || !writer->execute("CREATE TABLE t (text VARCHAR); INSERT INTO t VALUES ('kept')")) return 1;
    ::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit then fails, as on a full disk
    rlimit limit{8u << 20, 8u << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto written = writer->execute("INSERT INTO t SELECT md5(range::VARCHAR) || md5((range + 1)::VARCHAR) FROM range(2000000)");
    if (written) return 2;
    return written.error().kind == Error::Kind::kUpstream && !written.error().fix.empty() ? 0 : 3;
  });
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : 100, 0);
  auto writer = Store::open_to_write(file, "test");
  ASSERT_TRUE(ok(writer));
  EXPECT_EQ(number(*writer, "SELECT count(*) FROM t"), 1);
}

TEST(Store, applies_every_migration_once) {
  auto store = test::memory_store();
  EXPECT_EQ(number(store, "SELECT max(version) FROM schema_migration"), newest_migration());
  ASSERT_TRUE(ok(migrate(store)));
  EXPECT_EQ(number(store, "SELECT count(*) - count(DISTINCT version) FROM schema_migration"), 0);
}

TEST(Store, interrupts_those_it_gave_out_too) {
  auto store = test::memory_store();
  auto other = store.another();
  ASSERT_TRUE(ok(other));
  std::atomic<bool> done{false};
  std::jthread impatient{[&] {
    while (!done) {
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
      store.interrupt();
    }
  }};
  EXPECT_TRUE(fails((*other)->query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b"), Error::Kind::kCancelled));
  done = true;
}

TEST(Store, refuses_the_database_of_a_newer_program) {
  TempFolder room;
  auto file = room / "a.duckdb";
  {
    auto store = Store::open_to_write(file, "test");
    ASSERT_TRUE(ok(store));
    ASSERT_TRUE(ok(store->execute("INSERT INTO schema_migration VALUES (9999, 'later', now())")));
  }
  EXPECT_TRUE(fails(Store::open_to_read(file), Error::Kind::kCorrupt, "newer Rapport"));
  EXPECT_TRUE(fails(Store::open_to_write(file, "test"), Error::Kind::kCorrupt, "newer Rapport"));
}

TEST(Store, refuses_what_is_not_its_own) {
  TempFolder room;
  auto noise = room.write("noise.duckdb", std::string(20000, 'x'));
  EXPECT_TRUE(fails(Store::open_to_read(noise), Error::Kind::kCorrupt, "noise.duckdb"));
  EXPECT_TRUE(fails(Store::open_to_write(noise, "test"), Error::Kind::kCorrupt, "noise.duckdb"));
  EXPECT_EQ(room.read("noise.duckdb"), std::string(20000, 'x')) << "it was changed";
  EXPECT_TRUE(fails(Store::open_to_read(room / "none.duckdb"), Error::Kind::kNotFound, "none.duckdb"));
  // A DuckDB database, but somebody else's.
  {
    auto other = test::memory_store();
    ASSERT_TRUE(ok(other.execute("ATTACH " + sql_quoted((room / "other.duckdb").string()) + " AS other; CREATE TABLE other.theirs (a INT); DETACH other")));
  }
  EXPECT_TRUE(fails(Store::open_to_read(room / "other.duckdb"), Error::Kind::kCorrupt, "not a Rapport database"));
  EXPECT_TRUE(fails(Store::open_to_write(room / "other.duckdb", "test"), Error::Kind::kCorrupt, "not a Rapport database"));
}

TEST(Store, gives_every_type_as_a_plain_value) {
  struct Case {
    const char* in;
    const char* want;
  };
  constexpr Case kCases[] = {
      {"SELECT NULL", ""}, {"SELECT true", "true"}, {"SELECT 1::TINYINT", "1"}, {"SELECT (-9223372036854775808)::BIGINT", "-9223372036854775808"},
      {"SELECT 1.5::DECIMAL(9,2)", "1.5"}, {"SELECT [1, 2]", "[1, 2]"}, {"SELECT {'a': 1}", "{'a': 1}"}, {"SELECT INTERVAL 1 DAY", "1 day"},
      {"SELECT DATE '2024-02-29'", "2024-02-29"}, {"SELECT TIMESTAMP '2024-02-29 01:02:03.004'", "2024-02-29T01:02:03.004Z"},
      {"SELECT sum(x) FROM (VALUES (1), (2)) t(x)", "3"}, {"SELECT 'ü' || chr(0) || 'x'", nullptr},
  };
  auto store = test::memory_store();
  for (const auto& c : kCases) {
    auto answer = store.query(c.in);
    ASSERT_TRUE(ok(answer)) << c.in;
    if (c.want == nullptr) continue;
    EXPECT_EQ(to_text(answer->rows[0][0], answer->columns[0].type), c.want) << c.in;
  }
}

TEST(Store, quotes_what_comes_from_outside) {
  auto store = test::memory_store();
  for (std::string text : {"it's", "'; DROP TABLE person; --", "\"", "\\'", "ü\n"}) {
    auto answer = store.query("SELECT " + sql_quoted(text) + " AS " + sql_identifier(text));
    ASSERT_TRUE(ok(answer)) << text;
    EXPECT_EQ(to_text(answer->rows[0][0]), text);
    EXPECT_EQ(answer->columns[0].name, text);
    auto bound = store.query("SELECT $value", {{"value", text}});
    ASSERT_TRUE(ok(bound));
    EXPECT_EQ(to_text(bound->rows[0][0]), text);
  }
}

TEST(Store, a_transaction_that_is_left_is_undone) {
  auto store = test::memory_store();
  ASSERT_TRUE(ok(store.execute("CREATE TABLE t (n INT)")));
  {
    auto transaction = Transaction::begin(store);
    ASSERT_TRUE(ok(transaction));
    ASSERT_TRUE(ok(store.execute("INSERT INTO t VALUES (1)")));
  }
  EXPECT_EQ(number(store, "SELECT count(*) FROM t"), 0);
}

TEST(Backup, leaves_nothing_where_it_fails) {
  TempFolder room;
  auto store = Store::open_to_write(room / "a.duckdb", "test");
  ASSERT_TRUE(ok(store));
  EXPECT_FALSE(write_backup(*store, room / "no" / "such" / "folder.duckdb").has_value());
  auto taken = room.write("taken", "mine");
  EXPECT_TRUE(fails(write_backup(*store, taken), Error::Kind::kBadInput, "exists already"));
  EXPECT_EQ(room.read("taken"), "mine");
}

}  // namespace
}  // namespace rapport
