#include "connectors/discord/messages.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::discord {

void take_channel(const JsonValue& guild, const JsonValue& channel, Page& page) {
  JsonWriter about;
  about.begin_object().key("guild").raw(guild.to_json()).key("channel").raw(channel.to_json()).end_object();
  page.records.push_back({fmt::format("channel {}", channel["id"].text()), std::move(about).text(), {}, false});
}

void take_message(std::string_view channel, const JsonValue& message, std::string position, Page& page) {
  auto id = message["id"].text();
  if (id.empty()) {
    page.rejected.push_back({std::move(position), message.is_object() ? "a message without an id" : "not a message: expected a JSON object",
                             repair_utf8(message.to_json().substr(0, 300))});
    return;
  }
  RawRecord record{fmt::format("{}/{}", channel, id), message.to_json(), {}, false};
  if (auto time = parse_time(message["timestamp"].text())) record.updated_at = *time;
  page.records.push_back(std::move(record));
}

}  // namespace rapport::discord
