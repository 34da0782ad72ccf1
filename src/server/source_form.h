// What the form of the web page asks for and writes: sources, into rapport.toml. Nothing is collected here; the next
// `rapport sync` does that.
//
//   POST /api/v1/recognise   what `rapport add` would make of an address or a path; nothing is written
//   POST /api/v1/sources     checked as rapport.toml is, then appended to it
//
// There is no log-in, so the question is whose page asks. A browser tells in Origin and Sec-Fetch-Site, and it sends
// application/json to another site only after that site has agreed, which this server never does. A foreign name that
// resolves to this machine is refused by its Host, as everywhere. Programs of this machine can do what its user's browser can;
// so nothing that starts a program can be added here, see ConnectorEntry::by_hand, and no secret is ever taken, only the
// name of its variable.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>

#include "server/request.h"

namespace rapport {

class SourceForm {
 public:
  explicit SourceForm(std::filesystem::path home) : home_(std::move(home)) {}

  static bool takes(const Request& request);
  // The answer to a request that does not come from our own page or from a program; none if it may go on. REQUIRES: takes(), and a
  // Host that is this machine.
  static std::optional<Answer> refuse(const Request& request);
  // 200 or 201, else an error, and nothing was written. Thread-safe.
  Answer take(const Request& request);

 private:
  Result<Answer> recognise(const Request& request) const;
  Answer add(const Request& request);

  std::filesystem::path home_;
  std::mutex mutex_;  // one writes rapport.toml at a time
};

}  // namespace rapport
