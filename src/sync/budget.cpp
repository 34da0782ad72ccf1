#include "sync/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace rapport {
namespace {

using std::chrono::seconds;

constexpr double kSlowestAnswer = 60;  // longer than that is a pause that was asked for, not an answer

// The usual window that so much of it may still be left of.
seconds window_of(seconds until_reset) {
  for (seconds usual : {seconds{60}, seconds{900}, seconds{3600}})
    if (until_reset <= usual) return usual;
  return seconds{86400};
}

// Two digits of a large number: it is an estimate.
std::int64_t rounded(std::int64_t number) {
  std::int64_t step = 1;
  while (number / step >= 100) step *= 10;
  return (number + step / 2) / step * step;
}

std::string duration_in_words(seconds duration) {
  auto minutes = (duration.count() + 30) / 60;
  if (minutes < 2) return fmt::format("{} seconds", duration.count());
  if (minutes < 120) return fmt::format("{} minutes", minutes);
  return fmt::format("{} hours", (minutes + 30) / 60);
}

}  // namespace

void Budget::add(std::size_t stream, const Page& page, const CountedHttp::Seen& seen, double seconds) {
  auto& of = streams_[stream];
  of.heard = true;
  of.over = page.caught_up;
  ++of.pages;
  of.requests += seen.requests;
  requests_ += seen.requests;
  seconds_ += std::min(seconds, kSlowestAnswer);
  if (seen.allowance) allowance_ = seen.allowance;
  // What the connector says of its list counts before what the answers say of theirs: it may read them from the end.
  if (page.total == 0 || page.done == 0) {
    if (seen.pages_behind) of.pages_left = static_cast<double>(*seen.pages_behind);
  } else {
    of.pages_left = static_cast<double>(page.total - page.done) * static_cast<double>(of.pages) / static_cast<double>(page.done);
  }
}

void Budget::ended(std::size_t stream) { streams_[stream].heard = streams_[stream].over = true; }

std::optional<Estimate> Budget::left() const {
  if (requests_ == 0 || !std::all_of(streams_.begin(), streams_.end(), [](const Of& of) { return of.heard; })) return std::nullopt;
  Estimate estimate;
  double requests = 0;
  for (const auto& of : streams_) {
    if (of.over) continue;
    if (of.pages_left) requests += std::max(0.0, *of.pages_left) * static_cast<double>(of.requests) / static_cast<double>(of.pages);
    else estimate.at_least = true;
  }
  estimate.requests = std::llround(requests);
  double answering = requests * seconds_ / static_cast<double>(requests_), waiting = 0;
  if (allowance_ && allowance_->until_reset && allowance_->limit > 0 && requests > static_cast<double>(allowance_->remaining)) {
    auto until_reset = std::chrono::ceil<seconds>(*allowance_->until_reset);
    estimate.window = window_of(until_reset);
    // What is left for the last window is asked for as soon as it begins.
    auto over = requests - static_cast<double>(allowance_->remaining), limit = static_cast<double>(allowance_->limit);
    auto whole = std::max(0.0, std::ceil(over / limit) - 1);
    waiting = static_cast<double>(until_reset.count()) + whole * static_cast<double>(estimate.window.count()) + (over - whole * limit) * seconds_ / static_cast<double>(requests_);
  }
  if (waiting > answering) estimate.limit = allowance_->limit;
  estimate.duration = seconds{std::llround(std::max(answering, waiting))};
  return estimate;
}

std::string in_words(const Estimate& estimate) {
  auto text = fmt::format("{} {} requests, {}", estimate.at_least ? "at least" : "about", with_thousands(rounded(estimate.requests)), duration_in_words(estimate.duration));
  if (estimate.limit == 0) return text;
  auto window = estimate.window.count();
  return text + fmt::format(" at its limit of {} {}", with_thousands(estimate.limit), window == 60 ? "a minute" : window == 900 ? "in 15 minutes" : window == 3600 ? "an hour" : "a day");
}

}  // namespace rapport
