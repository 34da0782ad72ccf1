#include "server/reader_pool.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

// Beyond the time that a writer waits for us and the time that folding a log takes.
constexpr std::chrono::seconds kWaitForWriter{5};
// Opening reads the log again; it shall not take more than a tenth of the time.
constexpr int kOpeningShare = 10;

std::string stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "-";
  return fmt::format("{:x}.{:x}.{:x}.{:x}", status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace

std::string database_version(const fs::path& database) {
  return stamp_of(database.string()) + "-" + stamp_of(database.string() + ".wal");
}

struct ReaderPool::Opened {
  explicit Opened(Store first) : root(std::move(first)) {}
  Store root;  // never lent: the connections come from it
  std::vector<std::unique_ptr<Store>> idle;
  std::string version;
};

struct ReaderPool::Shared {
  fs::path database;
  Options options;
  std::mutex mutex;
  std::shared_ptr<Opened> current;
  Clock::time_point opened_at, last_asked;
  Clock::duration opening_took{};
  bool news_expected = false;
  struct Running {
    Clock::time_point since;
    bool interrupted = false;
  };
  std::map<Store*, Running> running;

  // REQUIRES: the mutex is held.
  Result<> open() {
    auto begun = Clock::now();
    auto version = database_version(database);  // before opening: data may only be newer than it says
    // One thread a query: questions are small and come several at once.
    auto opened = std::make_shared<Opened>(TRY(Store::open_to_read(database, {.threads = 1})));
    opened->version = std::move(version);
    current = std::move(opened);
    opened_at = Clock::now();
    opening_took = opened_at - begun;
    news_expected = false;
    return {};
  }
  // REQUIRES: the mutex is held.
  bool is_stale() const {
    auto pause = std::max<Clock::duration>(options.reopen_every, opening_took * kOpeningShare);
    return (news_expected || Clock::now() - opened_at >= pause) && current->version != database_version(database);
  }
};

ReaderPool::Lease::Lease(std::shared_ptr<Shared> shared, std::shared_ptr<Opened> opened, std::unique_ptr<Store> store)
    : shared_(std::move(shared)), opened_(std::move(opened)), store_(std::move(store)) {}

ReaderPool::Lease::~Lease() {
  if (!store_) return;
  std::unique_lock lock{shared_->mutex};
  shared_->running.erase(store_.get());
  shared_->last_asked = Clock::now();
  if (opened_ == shared_->current) {
    opened_->idle.push_back(std::move(store_));
    opened_.reset();  // under the lock: what is left in `current` is then its only owner
  } else {
    lock.unlock();
    store_.reset();  // the last one out closes the database
    opened_.reset();
  }
}

const std::string& ReaderPool::Lease::version() const { return opened_->version; }

bool ReaderPool::Lease::overdue() const {
  std::lock_guard lock{shared_->mutex};
  auto found = shared_->running.find(store_.get());
  return found != shared_->running.end() && found->second.interrupted;
}

ReaderPool::ReaderPool(fs::path database, const Options& options) : shared_(std::make_shared<Shared>()) {
  shared_->database = std::move(database);
  shared_->options = options;
}
ReaderPool::~ReaderPool() = default;

Result<ReaderPool::Lease> ReaderPool::lease() {
  auto until = Clock::now() + kWaitForWriter;
  while (Store::wants_readers_to_leave(shared_->database)) {
    tick();
    if (Clock::now() > until) return fail(Error::Kind::kBusy, "the database is being tidied up", "ask again in a few seconds");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  std::shared_ptr<Opened> old;  // closed after the mutex is given back
  std::lock_guard lock{shared_->mutex};
  if (!shared_->current || shared_->is_stale()) {
    old = shared_->current;
    TRY(shared_->open());
  }
  auto opened = shared_->current;
  std::unique_ptr<Store> store;
  if (opened->idle.empty()) {
    store = std::make_unique<Store>(TRY(opened->root.another_connection()));
  } else {
    store = std::move(opened->idle.back());
    opened->idle.pop_back();
  }
  shared_->last_asked = Clock::now();
  shared_->running[store.get()] = {Clock::now(), false};
  return Lease{shared_, std::move(opened), std::move(store)};
}

void ReaderPool::tick() {
  std::shared_ptr<Opened> leaving;
  {
    std::lock_guard lock{shared_->mutex};
    auto now = Clock::now();
    for (auto& [store, running] : shared_->running) {
      if (now - running.since < shared_->options.longest_query) continue;
      running.interrupted = true;
      store->interrupt();
    }
    bool idle = shared_->running.empty() && now - shared_->last_asked > shared_->options.idle;
    if (shared_->current && (idle || Store::wants_readers_to_leave(shared_->database))) leaving = std::move(shared_->current);
  }
  if (!leaving) return;
  leaving.reset();
  ::malloc_trim(0);  // an idle server is small
}

void ReaderPool::expect_news() {
  std::lock_guard lock{shared_->mutex};
  shared_->news_expected = true;
}

void ReaderPool::interrupt_all() {
  std::lock_guard lock{shared_->mutex};
  for (auto& [store, running] : shared_->running) {
    running.interrupted = true;
    store->interrupt();
  }
}

bool ReaderPool::is_open() const {
  std::lock_guard lock{shared_->mutex};
  return shared_->current != nullptr;
}

const fs::path& ReaderPool::database() const { return shared_->database; }

}  // namespace rapport
