// Reads many sources at once, each in a thread of its own, and hands their pages to the one thread that writes. Within a
// source its streams take turns, a page each, so that none waits for the end of another: the last months of everything
// are there before the oldest of anything.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/connector.h"
#include "http/counted.h"

namespace rapport {

class Fetching {
 public:
  struct StreamStart {
    std::string_view name;
    std::string cursor;
  };
  // A page of a stream, why it ended early, or, without a stream, that the source has been read.
  struct Arrival {
    std::size_t source = 0;
    std::optional<std::size_t> stream;  // index into the streams that were added
    Result<Page> page;
    double seconds = 0;  // that reading it took
    CountedHttp::Seen seen = {};  // what was asked for it
  };

  // REQUIRES: `http` may be used by several threads, and outlives this.
  Fetching(Http& http, std::size_t most_at_once) : http_(http), most_at_once_(most_at_once) {}
  ~Fetching();  // waits for the requests under way; stop whatever they wait for first
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;

  // To be called before the first next(). `source` is the caller's own number for it.
  void add(std::size_t source, std::unique_ptr<Connector> connector, std::vector<StreamStart> streams);
  // What arrived first; nothing after `wait` without any. Of each source one page waits here at most, and one is under way.
  std::optional<Arrival> next(std::chrono::milliseconds wait);
  // Every source has been read and its end was handed over.
  bool over() const;

 private:
  struct Lane {
    std::size_t source = 0;
    std::unique_ptr<Connector> connector;
    std::vector<StreamStart> streams;
    bool page_waits = false;
  };

  void work();
  void read(Lane& lane);
  bool deliver(Lane& lane, Arrival arrival);  // false: stop

  Http& http_;
  std::size_t most_at_once_;
  std::deque<Lane> lanes_;  // a deque, so that they stay where they are
  mutable std::mutex mutex_;
  std::condition_variable arrived_, taken_;
  std::deque<std::pair<Lane*, Arrival>> arrivals_;
  std::size_t next_lane_ = 0, ended_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace rapport
