// Rooms of a homeserver through the Client-Server API.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "connectors/connector.h"

namespace rapport::matrix {

struct Homeserver {
  std::string site;  // "https://matrix.example.org"
  std::string token;
  std::set<std::string, std::less<>> rooms;  // ids or aliases ("!abc:…", "#sdk:…"); empty = all that the account has joined
};

std::unique_ptr<Reader> read_messages(const Homeserver& homeserver, const std::string& cursor, Http& http);

}  // namespace rapport::matrix
