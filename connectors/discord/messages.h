// What saved files and the API have in common: messages as records.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "connectors/connector.h"

namespace rapport::discord {

// "channel <id>" with {"guild": …, "channel": …}.
void take_channel(const JsonValue& guild, const JsonValue& channel, Page& page);
// "<channel>/<id>"; what has no id is set aside.
void take_message(std::string_view channel, const JsonValue& message, std::string position, Page& page);

}  // namespace rapport::discord
