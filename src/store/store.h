// The only door to the database. DuckDB stays inside this folder.
//
// One writer, many readers, across processes. DuckDB by itself allows either one writing process or several
// reading ones; Rapport lets both be there at once. How:
//   - A reader opens the file READ_ONLY and sees what crash recovery would see: the last checkpoint plus the
//     committed part of the write-ahead log. That state is consistent by DuckDB's own design.
//   - Only a checkpoint rewrites what a reader has mapped. So the writer never checkpoints on its own; it does
//     so in checkpoint(), under an exclusive lock that every reader holds shared (.rapport/readers.lock).
//     A reader that stays open for long (the web server) looks at wants_readers_to_leave() and closes for a moment.
//   - DuckDB's own file locks (which would keep the two apart) are given back right after opening. The single
//     writer is guarded by .rapport/writer.lock instead, which also says who it is.
// A reader therefore sees the database as of the moment it opened; reopen to see more.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "base/rows.h"
#include "base/text.h"  // sql_quoted, sql_identifier
#include "store/table.h"

namespace rapport {

// Anything that answers SQL: DuckDB here; a Trino cluster over the same tables where one machine is too small.
class Engine {
 public:
  virtual ~Engine() = default;
  // Errors: kBadInput with the engine's own message for SQL it cannot run.
  virtual Result<Table> query(std::string_view sql, const Parameters& parameters = {}) = 0;
  // A second one over the same data, for a second thread: one Engine is for one thread at a time. What interrupts this one
  // interrupts those it gave out.
  virtual Result<std::unique_ptr<Engine>> another() const = 0;
};

struct ReadOptions {
  int threads = 0;  // that work on one query; 0 = as many as the machine has cores
};

class Store final : public Engine {
 public:
  // Opens to read. Errors: kNotFound, kCorrupt (not a database of ours, or of a newer Rapport).
  static Result<Store> open_to_read(const fs::path& file, const ReadOptions& options = {});
  // Opens, creates or migrates to write. `who` is shown to a second writer. Errors: kBusy naming the first
  // writer, kCorrupt, kUpstream (disk).
  static Result<Store> open_to_write(const fs::path& file, std::string_view who);
  // Keeps writers out for as long as the answer lives. Errors: kBusy naming the writer.
  static Result<FileLock> lock_out_writers(const fs::path& file, std::string_view who);
  // True while a writer waits for readers to leave so that it can fold its log into the file.
  static bool wants_readers_to_leave(const fs::path& file);
  // A database in memory with the current schema; for tests and one-off work.
  static Result<Store> in_memory();

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store() override;

  // Another connection to the same open database. One connection is for one thread at a time; two connections
  // may be used by two threads at once. They see the same data; the database closes with the last of them.
  Result<Store> another_connection() const;

  Result<Table> query(std::string_view sql, const Parameters& parameters = {}) override;
  Result<std::unique_ptr<Engine>> another() const override;
  // Streams a large answer in pieces of some thousand rows; an Error from `take` ends it.
  Result<> query_each(std::string_view sql, const Parameters& parameters, const std::function<Result<>(const Table&)>& take);
  // Runs one or more statements without parameters.
  Result<> execute(std::string_view script);
  // One statement with parameters, nothing returned.
  Result<> execute(std::string_view statement, const Parameters& parameters);

  // Appends to `table`, whose first columns are those of `batch` in the same order. About a million rows a second.
  Result<> append(std::string_view table, const RowBatch& batch);

  // Folds the write-ahead log into the file. Readers that are there are asked to leave and waited for, two seconds at
  // most and not twice in half a minute; if they stay the log is left for later. Writer only.
  Result<> checkpoint();
  // Bytes in the write-ahead log.
  std::uintmax_t log_bytes() const;
  const fs::path& file() const;

  // Makes the statement now running in another thread fail soon. Thread-safe.
  void interrupt();

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A writer works on one core: most of its statements are over a page, and DuckDB's threads then cost more by waiting for each
// other than they bring. For statements over at least `kMany` rows: all cores,
// until the end of the scope.
class AllCores {
 public:
  static constexpr std::int64_t kMany = 200'000;
  AllCores(Store& store, std::int64_t rows);
  ~AllCores();
  AllCores(const AllCores&) = delete;
  AllCores& operator=(const AllCores&) = delete;

 private:
  Store* store_ = nullptr;  // null: too few
};

// Begins a transaction; rolls it back unless commit() was reached.
class Transaction {
 public:
  static Result<Transaction> begin(Store& store);
  Transaction(Transaction&& other) noexcept;
  ~Transaction();
  Result<> commit();

 private:
  explicit Transaction(Store& store) : store_(&store) {}
  Store* store_;
};

std::string engine_version();  // "v1.5.6"

}  // namespace rapport
