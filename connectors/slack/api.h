// A live workspace through the Web API.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport::slack {

struct Workspace {
  std::string token;
  std::set<std::string, std::less<>> channels;  // names to read; empty = all that the token may
  std::chrono::seconds look_back{0};            // how far behind the newest message each sync reads again
  std::chrono::seconds thread_life{0};          // threads whose last reply is not older are read by every sync
};

// users.list or conversations.list: all of it in each sync, since neither tells what changed.
std::unique_ptr<Reader> read_list(const Workspace& workspace, std::string_view stream, const std::string& cursor, Http& http);

// Channel by channel: the new messages and those of the look-back, and the replies of each thread among them and of the
// older ones that are alive.
std::unique_ptr<Reader> read_messages(const Workspace& workspace, const std::string& cursor, Http& http);

}  // namespace rapport::slack
