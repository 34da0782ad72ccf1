#include "sync/fetching.h"

#include <fmt/format.h>

#include <algorithm>

namespace rapport {

Fetching::~Fetching() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  taken_.notify_all();
}

void Fetching::add(std::size_t source, std::unique_ptr<Connector> connector, std::vector<StreamStart> streams) {
  lanes_.push_back({source, std::move(connector), std::move(streams)});
}

std::optional<Fetching::Arrival> Fetching::next(std::chrono::milliseconds wait) {
  if (threads_.empty())
    for (std::size_t i = 0; i < std::min(most_at_once_, lanes_.size()); ++i) threads_.emplace_back([this] { work(); });
  std::unique_lock lock{mutex_};
  if (!arrived_.wait_for(lock, wait, [this] { return !arrivals_.empty(); })) return std::nullopt;
  auto [lane, arrival] = std::move(arrivals_.front());
  arrivals_.pop_front();
  lane->page_waits = false;
  if (!arrival.stream) ++ended_;
  lock.unlock();
  taken_.notify_all();
  return std::move(arrival);
}

bool Fetching::over() const {
  std::lock_guard lock{mutex_};
  return ended_ == lanes_.size();
}

void Fetching::work() {
  for (;;) {
    Lane* lane = nullptr;
    {
      std::lock_guard lock{mutex_};
      if (stopping_ || next_lane_ == lanes_.size()) return;
      lane = &lanes_[next_lane_++];
    }
    read(*lane);
  }
}

bool Fetching::deliver(Lane& lane, Arrival arrival) {
  {
    std::unique_lock lock{mutex_};
    taken_.wait(lock, [&] { return stopping_ || !lane.page_waits; });
    if (stopping_) return false;
    lane.page_waits = true;
    arrivals_.emplace_back(&lane, std::move(arrival));
  }
  arrived_.notify_one();
  return true;
}

void Fetching::read(Lane& lane) {
  struct Turn {
    std::size_t stream = 0;
    std::unique_ptr<Reader> reader;
    std::int64_t pages = 0;
  };
  CountedHttp http{http_};
  std::deque<Turn> turns;  // gone before `http` is
  for (std::size_t i = 0; i < lane.streams.size(); ++i) turns.push_back({i, nullptr, 0});
  while (!turns.empty()) {
    auto turn = std::move(turns.front());
    turns.pop_front();
    const auto& start = lane.streams[turn.stream];
    auto begun = std::chrono::steady_clock::now();
    Result<Page> page;
    if (!turn.reader) {
      if (auto reader = lane.connector->read(start.name, start.cursor, http)) turn.reader = std::move(*reader);
      else page = fail(std::move(reader.error()));
    }
    if (turn.reader) page = turn.reader->next().in(fmt::format("page {}", ++turn.pages));
    bool refused = !page && (page.error().kind == Error::Kind::kAuth || page.error().kind == Error::Kind::kTimeout);
    bool goes_on = page && !page->caught_up;
    auto stream = turn.stream;
    if (goes_on) turns.push_back(std::move(turn));
    if (refused) turns.clear();  // the other streams would fare alike
    auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (!deliver(lane, {lane.source, stream, std::move(page), seconds, http.take()})) return;
  }
  lane.connector.reset();
  deliver(lane, {lane.source, std::nullopt, Page{}, 0});
}

}  // namespace rapport
