#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "http/live.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// How long the server asks us to stay away: Retry-After in seconds or as a date (RFC 9110 §10.2.3), or the reset
// instant that GitHub and others send when no request is left.
std::optional<milliseconds> asked_pause(const HttpResponse& response) {
  auto after = response.header("Retry-After");
  if (auto seconds = whole_number(after)) return milliseconds{std::max<std::int64_t>(0, *seconds) * 1000};
  if (!after.empty()) {
    std::tm parts{};
    if (::strptime(std::string{after}.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) != nullptr)
      return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(time_from_unix(::timegm(&parts)) - now()));
  }
  if (response.header("X-RateLimit-Remaining") == "0")
    if (auto reset = whole_number(response.header("X-RateLimit-Reset")))
      return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(time_from_unix(*reset) - now()));
  return std::nullopt;
}

// A host that kept us waiting for all of our patience is asked once more and no further: whoever sits before the screen has
// waited long enough.
constexpr int kAttemptsAtSilence = 2;

bool may_pass(const Result<HttpResponse>& answer, int attempt) {
  if (!answer) return answer.error().kind == Error::Kind::kUpstream || (answer.error().kind == Error::Kind::kTimeout && attempt < kAttemptsAtSilence);
  if (answer->status == 429 || answer->status >= 500) return true;
  return answer->status == 403 && asked_pause(*answer).has_value();  // GitHub's secondary limits
}

std::string host_of(std::string_view url) {
  auto start = url.find("://");
  if (start == std::string_view::npos) return {};
  auto rest = url.substr(start + 3);
  return std::string{rest.substr(0, rest.find_first_of("/?#"))};
}

class PoliteHttp : public Http {
 public:
  PoliteHttp(Http& inner, PoliteOptions options) : inner_(inner), options_(std::move(options)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    milliseconds pause = options_.first_pause;
    for (int attempt = 1;; ++attempt) {
      if (auto held = held_back(host_of(request.url)); held > options_.longest_pause) return too_long(request, held);
      else if (held.count() > 0 && !options_.sleep(held)) return stopped();
      if (!keep_pace(host_of(request.url))) return stopped();
      auto answer = inner_.send(request);
      if (!may_pass(answer, attempt) || attempt >= options_.attempts) return answer;
      auto asked = answer ? asked_pause(*answer) : std::nullopt;
      if (asked && *asked > options_.longest_pause) return too_long(request, *asked);
      if (!options_.sleep(asked.value_or(pause))) return stopped();
      pause *= 2;
    }
  }

  void hold(const std::string& url, std::chrono::seconds pause) override {
    std::lock_guard lock{mutex_};
    not_before_[host_of(url)] = std::chrono::steady_clock::now() + pause;
  }

 private:
  // How long a host that asked for quiet is still to be left alone.
  milliseconds held_back(const std::string& host) {
    std::lock_guard lock{mutex_};
    auto found = not_before_.find(host);
    if (found == not_before_.end()) return milliseconds{0};
    return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(found->second - std::chrono::steady_clock::now()));
  }

  static tl::unexpected<Error> stopped() { return fail(Error::Kind::kCancelled, "stopped as you asked", "run `rapport sync` again to go on from here"); }

  static tl::unexpected<Error> too_long(const HttpRequest& request, milliseconds asked) {
    auto when = format_time(std::chrono::floor<std::chrono::seconds>(now() + asked));
    return fail(Error::Kind::kRateLimited, fmt::format("{} asks us to come back at {}", printable(host_of(request.url)), when),
                "sync again then; it goes on where it stopped");
  }

  bool keep_pace(const std::string& host) {
    if (options_.per_host_interval.count() == 0) return true;
    auto present = std::chrono::steady_clock::now();
    auto turn = present;
    {
      std::lock_guard lock{mutex_};
      auto& next = next_turn_[host];
      turn = std::max(present, next);
      next = turn + options_.per_host_interval;
    }
    return turn <= present || options_.sleep(std::chrono::duration_cast<milliseconds>(turn - present));
  }

  Http& inner_;
  PoliteOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> next_turn_;   // host -> when it may be asked again
  std::map<std::string, std::chrono::steady_clock::time_point> not_before_;  // host -> until when it asked for quiet
};

}  // namespace

std::unique_ptr<Http> polite_http(Http& inner, PoliteOptions options) { return std::make_unique<PoliteHttp>(inner, std::move(options)); }

}  // namespace rapport
