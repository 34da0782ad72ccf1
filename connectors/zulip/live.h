// A live organization through the REST API.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "connectors/connector.h"

namespace rapport::zulip {

struct Organization {
  std::string site;  // "https://example.zulipchat.com"
  std::string email, key;
  std::set<std::string, std::less<>> streams;  // names to read; empty = all that are public
  std::chrono::seconds look_back{0};
};

// GET /users: all of them in each sync, since it does not tell what changed.
std::unique_ptr<Reader> read_users(const Organization& organization, const std::string& cursor, Http& http);

// GET /streams, then GET /messages from the newest down.
std::unique_ptr<Reader> read_messages(const Organization& organization, const std::string& cursor, Http& http);

}  // namespace rapport::zulip
