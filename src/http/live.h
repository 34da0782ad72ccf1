// Http over the network (libcurl), and the manners every source gets: retries with growing pauses, Retry-After,
// X-RateLimit-*, one pace per host, conditional requests.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "http/http.h"

namespace rapport {

struct LiveHttpOptions {
  std::chrono::milliseconds connect_timeout{15'000};
  std::chrono::seconds stall_timeout{30};           // nothing arrived for so long: kTimeout
  std::size_t largest_body = 256u << 20;            // bytes, after decompression
  std::function<bool()> stop_requested;             // asked about once a second; true ends the request with kCancelled
};
// Connections stay open from one request to the next. Threads may share it.
std::unique_ptr<Http> live_http(const LiveHttpOptions& options = {});

struct PoliteOptions {
  int attempts = 5;                                  // in all, for failures that may pass
  std::chrono::milliseconds first_pause{500};        // doubles with each attempt
  std::chrono::seconds longest_pause{120};           // a Retry-After beyond this becomes an error that says when
  std::chrono::milliseconds per_host_interval{0};    // at least so long between two requests to one host
  // Sleeps; returns false to give up (Ctrl-C). Tests turn their own clock here.
  std::function<bool(std::chrono::milliseconds)> sleep;
};
// Wraps `inner`: repeats network failures, 429 and 5xx, and silence once. What still fails is returned as it came.
// Threads may share it where they may share `inner`.
std::unique_ptr<Http> polite_http(Http& inner, PoliteOptions options);

}  // namespace rapport
