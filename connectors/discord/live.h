// A live server (guild) through the bot API.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "connectors/connector.h"

namespace rapport::discord {

struct Server {
  std::string guild;  // its id
  std::string token;
  std::set<std::string, std::less<>> channels;  // names or ids to read; empty = all that the bot may
  std::chrono::seconds look_back{0};
};

// Channels and threads, each from the newest message down.
std::unique_ptr<Reader> read_messages(const Server& server, const std::string& cursor, Http& http);

}  // namespace rapport::discord
