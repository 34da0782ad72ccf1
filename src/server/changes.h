// When to tell an open page that there is new data, and in which words (server-sent events). Without sockets and clocks.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace rapport {

// Watches the version of the database. A sync changes it many times a second; a change is told when it has been quiet
// for a moment, and at the latest some seconds after it began.
class ChangeWatch {
 public:
  using Clock = std::chrono::steady_clock;
  explicit ChangeWatch(std::string version) : told_(version), seen_(std::move(version)) {}

  // True if `version`, the one there is at `now`, is to be told.
  bool look(const std::string& version, Clock::time_point now);
  const std::string& told() const { return told_; }

 private:
  std::string told_, seen_;
  Clock::time_point seen_at_{}, began_at_{};
};

// id and data of one event: {"version": "…"}.
std::string change_event(const std::string& version);
// What a stream begins with: how soon to come again after a break, and the version that is known. A page that comes
// again with an older version (Last-Event-ID) has missed something and is told at once.
std::string change_greeting(const std::string& version, const std::string& last_event_id);
inline constexpr const char* kHeartbeat = ": still here\n\n";

}  // namespace rapport
