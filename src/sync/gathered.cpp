#include "sync/gathered.h"

#include <algorithm>
#include <utility>

namespace rapport {
namespace {

constexpr std::size_t kMostRecords = 1000;
constexpr std::size_t kMostBytes = 4u << 20;
constexpr std::chrono::seconds kLongest{1};

// Records alone can be put together. The rest says something about what was written before it.
bool is_plain(const Page& page) {
  return page.scan_sql.empty() && page.gone_where.empty() && page.rejected.empty() &&
         std::all_of(page.rows.begin(), page.rows.end(), [](const auto& batch) { return batch.rows() == 0; });
}

}  // namespace

bool Gathered::add(Page&& next) {
  if (!empty_ && !(is_plain(page_) && is_plain(next))) return false;
  for (const auto& record : next.records) bytes_ += record.id.size() + record.json.size();
  if (std::exchange(empty_, false)) {
    since_ = Clock::now();
    page_ = std::move(next);
    return true;
  }
  std::move(next.records.begin(), next.records.end(), std::back_inserter(page_.records));
  page_.next = std::move(next.next);
  page_.caught_up = next.caught_up;
  page_.done = next.done;
  page_.total = next.total;
  return true;
}

bool Gathered::is_due(Clock::time_point now) const {
  return !empty_ && (page_.caught_up || !is_plain(page_) || page_.records.size() >= kMostRecords || bytes_ >= kMostBytes || now - since_ >= kLongest);
}

Page Gathered::take() {
  empty_ = true;
  bytes_ = 0;
  return std::exchange(page_, Page{});
}

}  // namespace rapport
