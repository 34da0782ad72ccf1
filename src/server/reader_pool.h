// Connections to the database for a program that stays for days beside writers that come and go.
//
//   - A reader sees the database as of the moment it opened, so the pool opens it anew when the file or its log changed.
//     What is being read meanwhile is read to its end from the old one.
//   - A writer can fold its log only when no reader is there. The pool leaves when one asks for it, and by itself after
//     some seconds without questions; opening takes tens of milliseconds.
//   - One connection is for one thread at a time; the pool lends them out, all to one open database.
// Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "store/store.h"

namespace rapport {

// Names what the file and its log hold now: another state, another text. Two stat(2) calls.
std::string database_version(const fs::path& database);

class ReaderPool {
  struct Shared;
  struct Opened;

 public:
  struct Options {
    std::chrono::milliseconds idle{5000};        // leave after so long without questions
    std::chrono::milliseconds reopen_every{250}; // and see new data at most so often
    std::chrono::seconds longest_query{30};      // interrupted after that
  };

  // A connection, given back at the end of the scope.
  class Lease {
   public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) noexcept = delete;
    ~Lease();
    Store& store() { return *store_; }
    const std::string& version() const;  // of what it sees; never newer than the data
    bool overdue() const;                // it was interrupted for taking too long

   private:
    friend class ReaderPool;
    Lease(std::shared_ptr<Shared> shared, std::shared_ptr<Opened> opened, std::unique_ptr<Store> store);
    std::shared_ptr<Shared> shared_;
    std::shared_ptr<Opened> opened_;
    std::unique_ptr<Store> store_;
  };

  explicit ReaderPool(fs::path database) : ReaderPool(std::move(database), Options{}) {}
  ReaderPool(fs::path database, const Options& options);
  ~ReaderPool();

  // Errors: as Store::open_to_read; kBusy while a writer keeps readers out for longer than some seconds.
  Result<Lease> lease();
  // To be called a few times a second: leaves where a writer asks for it or nobody has asked anything for long, and
  // interrupts what takes too long.
  void tick();
  // The next question is answered from what is there then, however short ago the database was opened.
  void expect_news();
  // Makes every query that is running fail soon.
  void interrupt_all();
  // True while the database is open.
  bool is_open() const;
  const fs::path& database() const;

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace rapport
