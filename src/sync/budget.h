// What reading a source to its end will take, told after the first page of each of its streams: "about 5,200 requests, 62
// minutes". An estimate from what the answers say (number of pages, totals, requests allowed) and from how long they took.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "http/counted.h"

namespace rapport {

struct Estimate {
  std::int64_t requests = 0;
  std::chrono::seconds duration{0};
  bool at_least = false;      // some stream does not tell how long it is
  std::int64_t limit = 0;     // requests a window, where the duration follows from that and not from how fast answers come
  std::chrono::seconds window{0};
};

class Budget {
 public:
  explicit Budget(std::size_t streams) : streams_(streams) {}

  void add(std::size_t stream, const Page& page, const CountedHttp::Seen& seen, double seconds);
  void ended(std::size_t stream);  // without a page: by an error
  // Once each stream has told what it can; nothing before, and for a source that needs no requests.
  std::optional<Estimate> left() const;

 private:
  struct Of {
    bool heard = false, over = false;
    std::int64_t pages = 0, requests = 0;
    std::optional<double> pages_left;
  };
  std::vector<Of> streams_;
  std::int64_t requests_ = 0;
  double seconds_ = 0;
  std::optional<Allowance> allowance_;
};

// "about 5,200 requests, 62 minutes at its limit of 5,000 an hour"
std::string in_words(const Estimate& estimate);

}  // namespace rapport
