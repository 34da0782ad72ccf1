// A workspace through its REST API.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "connectors/connector.h"

namespace rapport::rocketchat {

struct Workspace {
  std::string site;  // "https://chat.example.org"
  std::string user, token;
  std::set<std::string, std::less<>> channels;  // names to read; empty = all public ones
};

// GET users.list: all of them in each sync.
std::unique_ptr<Reader> read_users(const Workspace& workspace, const std::string& cursor, Http& http);

// Channel by channel: first from the newest message down, later what changed since.
std::unique_ptr<Reader> read_messages(const Workspace& workspace, const std::string& cursor, Http& http);

}  // namespace rapport::rocketchat
