// Counts what goes through, and keeps what the answers told of what is still to come.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "http/allowance.h"
#include "http/http.h"

namespace rapport {

class CountedHttp : public Http {
 public:
  struct Seen {
    std::int64_t requests = 0;
    std::optional<std::int64_t> pages_behind;  // of the longest list that was asked for
    std::optional<Allowance> allowance;        // the last one told
  };

  // REQUIRES: `inner` outlives this. One thread.
  explicit CountedHttp(Http& inner) : inner_(inner) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    ++seen_.requests;
    auto answer = inner_.send(request);
    if (!answer) return answer;
    if (auto behind = pages_behind(request, *answer)) seen_.pages_behind = std::max(seen_.pages_behind.value_or(0), *behind);
    if (auto allowance = allowance_of(*answer)) seen_.allowance = allowance;
    return answer;
  }
  void hold(const std::string& url, std::chrono::seconds pause) override { inner_.hold(url, pause); }

  // Since it was last asked.
  Seen take() { return std::exchange(seen_, {}); }

 private:
  Http& inner_;
  Seen seen_;
};

}  // namespace rapport
