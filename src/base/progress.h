// Long work tells how far it is and asks whether to stop. The edges (terminal, server) decide what to show.
#pragma once

#include <cstdint>
#include <string_view>

namespace rapport {

class Progress {
 public:
  virtual ~Progress() = default;
  // `what` is now being done; `done` of `total` (0 = unknown) units. Cheap: may be called often.
  virtual void report(std::string_view what, std::int64_t done, std::int64_t total) = 0;
  // Something a person should see even later ("source forum: 3 records set aside").
  virtual void note(std::string_view text) = 0;
  // True once the user asked us to stop. Long work then returns Error::Kind::kCancelled at the next safe place.
  virtual bool stop_requested() const = 0;
};

// Shows nothing and never stops.
class NoProgress : public Progress {
 public:
  void report(std::string_view, std::int64_t, std::int64_t) override {}
  void note(std::string_view) override {}
  bool stop_requested() const override { return false; }
};

}  // namespace rapport
