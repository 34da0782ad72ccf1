// Small pages of a stream that are written together: a transaction costs about ten milliseconds however little it holds, more than many
// a page of an API.
#pragma once

#include <chrono>

#include "connectors/connector.h"

namespace rapport {

class Gathered {
 public:
  using Clock = std::chrono::steady_clock;

  bool empty() const { return empty_; }
  // Adds `next` at the end. False, and nothing done, where what is there must be written before.
  bool add(Page&& next);
  // Whether it is time to write: it is large, ends a pass, holds what has to stand alone, or the first of it came a second ago.
  bool is_due(Clock::time_point now) const;
  // All of it as one page; empty afterwards.
  Page take();

 private:
  Page page_;
  Clock::time_point since_;
  std::size_t bytes_ = 0;
  bool empty_ = true;
};

}  // namespace rapport
