// A server through its REST API, version 4.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "connectors/connector.h"

namespace rapport::mattermost {

struct Server {
  std::string site;  // "https://chat.example.org"
  std::string team;  // the name that addresses have; empty = all that the account is in
  std::string token;
  std::set<std::string, std::less<>> channels;  // names to read; empty = all that are public in the teams
};

// GET /users: all of them in each sync.
std::unique_ptr<Reader> read_users(const Server& server, const std::string& cursor, Http& http);

// Channel by channel: first from the newest post down, later what changed since.
std::unique_ptr<Reader> read_messages(const Server& server, const std::string& cursor, Http& http);

}  // namespace rapport::mattermost
