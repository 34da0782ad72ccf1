// Feeds on the web: one address, or the addresses of a list (OPML).
#pragma once

#include <memory>
#include <string>

#include "connectors/connector.h"

namespace rapport::feed {

// One page = one request. What the server says of a feed's state (ETag, Last-Modified) is kept in the cursor, so an
// unchanged feed costs an empty answer. `list` is what a list holds that lies on this machine; empty = `address` is asked.
// Of a single feed a failure is an Error; in a list it is set aside, and the next feed follows.
std::unique_ptr<Reader> read_live(const std::string& address, const std::string& list, const std::string& cursor, Http& http);

}  // namespace rapport::feed
