// What the Web API and an export have in common: messages, users and channels as records.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "connectors/connector.h"

namespace rapport::slack {

// "1712345678.000200": the second and a number that makes it unique within a channel.
bool is_ts(std::string_view text);
Time time_of(std::string_view ts);  // its second; the epoch where it is none

// A message of `channel` (its id, or its folder in an export) into the page; what has no `ts` is set aside.
// `position` says where it stood: "general/2024-01-02.json message 3".
void take_message(std::string_view channel, const JsonValue& message, std::string position, Page& page);

// A user or channel; what has no `id` is set aside.
void take_named(const JsonValue& thing, std::string position, Page& page);

}  // namespace rapport::slack
