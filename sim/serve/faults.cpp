#include "sim/serve/faults.h"

#include <fmt/format.h>

#include <vector>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::sim {

Faults::Faults(std::uint64_t seed) : seed_(seed) {
  for (auto name : {"latency_ms", "rate_limit", "error_500", "drop", "truncate", "wrong_type", "shift", "expired_token", "clock_skew_s", "backoff"}) values_[name] = 0;
}

Result<> Faults::set(std::string_view name, std::string_view value) {
  std::lock_guard lock{mutex_};
  auto found = values_.find(name);
  if (found == values_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, _] : values_) names.push_back(known);
    return fail(Error::Kind::kBadInput, fmt::format("no fault called `{}`", printable(name)), fmt::format("there are: {}", join(names, ", ")));
  }
  std::string text{value};
  char* end = nullptr;
  double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) return fail(Error::Kind::kBadInput, fmt::format("{} takes a number, not \"{}\"", name, printable(value)));
  found->second = number;
  return {};
}

Mishap Faults::draw() {
  std::lock_guard lock{mutex_};
  Random random{seed_, Purpose::kFault, ++requests_};
  Mishap mishap;
  mishap.latency_ms = static_cast<int>(values_["latency_ms"]);
  mishap.skew_seconds = static_cast<std::int64_t>(values_["clock_skew_s"]);
  // One draw per fault, whether it is on or not: turning one on does not move the others.
  bool limited = random.chance(values_["rate_limit"]), broken = random.chance(values_["error_500"]), expired = random.chance(values_["expired_token"]);
  mishap.status = expired ? 401 : limited ? 429 : broken ? 500 : 0;
  mishap.drop = random.chance(values_["drop"]);
  mishap.truncate = random.chance(values_["truncate"]);
  mishap.wrong_type = random.chance(values_["wrong_type"]);
  mishap.shift = random.chance(values_["shift"]);
  mishap.backoff = random.chance(values_["backoff"]);
  return mishap;
}

std::string Faults::to_json() const {
  std::lock_guard lock{mutex_};
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : values_) json.key(name).value(value);
  json.end_object();
  return std::move(json).text() + "\n";
}

}  // namespace rapport::sim
