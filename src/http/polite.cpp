#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "http/allowance.h"
#include "http/live.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

// "1.625" seconds, as Discord writes them; rounded up to whole milliseconds.
std::optional<milliseconds> seconds_with_fraction(std::string_view text) {
  double seconds = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !(seconds >= 0 && seconds < 1e9)) return std::nullopt;
  return milliseconds{static_cast<std::int64_t>(std::ceil(seconds * 1000))};
}

// How long the server asks us to stay away: Retry-After in seconds or as a date (RFC 9110 §10.2.3), or the reset
// that GitHub and others send when no request is left.
std::optional<milliseconds> asked_pause(const HttpResponse& response) {
  auto after = response.header("Retry-After");
  if (auto seconds = whole_number(after)) return milliseconds{std::max<std::int64_t>(0, *seconds) * 1000};
  if (auto seconds = seconds_with_fraction(after)) return seconds;
  if (!after.empty()) {
    std::tm parts{};
    if (::strptime(std::string{after}.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) != nullptr)
      return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(time_from_unix(::timegm(&parts)) - now()));
  }
  auto allowance = allowance_of(response);
  return allowance && allowance->remaining == 0 ? allowance->until_reset : std::nullopt;
}

// A success that was the last of its window says when the next may come (Discord: a request too many counts against the bot).
std::optional<milliseconds> pause_before_next(const HttpResponse& response) {
  if (response.header("X-RateLimit-Remaining") != "0") return std::nullopt;
  return seconds_with_fraction(response.header("X-RateLimit-Reset-After"));
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
      auto wait = take_turn(host_of(request.url));
      if (wait > options_.longest_pause) return too_long(request, wait);
      if (wait.count() > 0 && !options_.sleep(wait)) return stopped();
      auto answer = inner_.send(request);
      if (auto rest = answer ? pause_before_next(*answer) : std::nullopt) leave_alone(host_of(request.url), std::min<milliseconds>(*rest, options_.longest_pause));
      if (!may_pass(answer, attempt) || attempt >= options_.attempts) return answer;
      auto asked = answer ? asked_pause(*answer) : std::nullopt;
      if (asked && *asked > options_.longest_pause) return too_long(request, *asked);
      if (!options_.sleep(asked.value_or(pause))) return stopped();
      pause *= 2;
    }
  }

  void hold(const std::string& url, std::chrono::seconds pause) override { leave_alone(host_of(url), pause); }

 private:
  static tl::unexpected<Error> stopped() { return fail(Error::Kind::kCancelled, "stopped as you asked", "run `rapport sync` again to go on from here"); }

  static tl::unexpected<Error> too_long(const HttpRequest& request, milliseconds asked) {
    auto when = format_time(std::chrono::floor<std::chrono::seconds>(now() + asked));
    return fail(Error::Kind::kRateLimited, fmt::format("{} asks us to come back at {}", printable(host_of(request.url)), when),
                "sync again then; it goes on where it stopped");
  }

  void leave_alone(const std::string& host, milliseconds pause) {
    std::lock_guard lock{mutex_};
    auto& next = next_turn_[host];
    next = std::max(next, std::chrono::steady_clock::now() + pause);
  }

  // How long to wait before this host may be asked. The turn is taken with the question, unless it is too far away.
  milliseconds take_turn(const std::string& host) {
    auto present = std::chrono::steady_clock::now();
    std::lock_guard lock{mutex_};
    auto& next = next_turn_[host];
    auto turn = std::max(present, next);
    auto wait = std::chrono::ceil<milliseconds>(turn - present);
    if (wait <= options_.longest_pause) next = turn + options_.per_host_interval;
    return wait;
  }

  Http& inner_;
  PoliteOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> next_turn_;  // host -> when it may be asked again
};

}  // namespace

std::unique_ptr<Http> polite_http(Http& inner, PoliteOptions options) { return std::make_unique<PoliteHttp>(inner, std::move(options)); }

}  // namespace rapport
