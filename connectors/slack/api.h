// A live workspace through the Web API.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport::slack {

struct Workspace {
  std::string token;
  std::set<std::string, std::less<>> channels;  // names to read; empty = all that the token may
  std::int64_t look_back_s = 0;                 // how far behind the newest message each sync reads again
};

// users.list or conversations.list: all of it in each sync, since neither tells what changed.
std::unique_ptr<Reader> read_list(const Workspace& workspace, std::string_view stream, const std::string& cursor, Http& http);

// Channel by channel: the new messages and those of the look-back, then the replies of each thread among them.
std::unique_ptr<Reader> read_messages(const Workspace& workspace, const std::string& cursor, Http& http);

}  // namespace rapport::slack
