// What saved files and the API have in common: messages and streams as records.
#pragma once

#include <string>

#include "base/json.h"
#include "connectors/connector.h"

namespace rapport::zulip {

struct Home {
  std::string stream, topic;  // "236604-Zulip-meta", "Adding a stream"; empty where the message itself tells
};

// A message into the page; what has no id, and direct messages, are set aside. Its `flags` are left out: they are the reader's.
void take_message(const JsonValue& message, const Home& home, std::string position, Page& page);

// A stream ("stream <id>") into the page; what has no id is set aside.
void take_stream(const JsonValue& stream, std::string position, Page& page);

}  // namespace rapport::zulip
