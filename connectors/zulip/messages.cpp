#include "connectors/zulip/messages.h"

#include <fmt/format.h>

#include "base/json_writer.h"

namespace rapport::zulip {

void take_message(const JsonValue& message, const Home& home, std::string position, Page& page) {
  auto id = message["id"].integer();
  if (!id) {
    page.rejected.push_back({std::move(position), message.is_object() ? "a message without an id" : "not a message: expected a JSON object", message.to_json().substr(0, 300)});
    return;
  }
  if (message["type"].text() == "private") {
    page.rejected.push_back({std::move(position), "direct messages are not read", {}});
    return;
  }
  JsonWriter json;
  json.begin_object();
  if (!home.stream.empty() && message["display_recipient"].is_null()) json.key("stream").value(home.stream).key("topic").value(home.topic);
  json.key("message").begin_object();
  for (const auto& [name, value] : message.members())
    if (name != "flags") json.key(name).raw(value.to_json());
  json.end_object().end_object();
  RawRecord record{fmt::format("{}", *id), std::move(json).text(), {}, false};
  if (auto seconds = message["timestamp"].integer()) record.updated_at = time_from_unix(*seconds);
  page.records.push_back(std::move(record));
}

void take_stream(const JsonValue& stream, std::string position, Page& page) {
  if (auto id = stream["stream_id"].integer()) page.records.push_back({fmt::format("stream {}", *id), stream.to_json(), {}, false});
  else page.rejected.push_back({std::move(position), "it has no stream_id", stream.to_json().substr(0, 300)});
}

}  // namespace rapport::zulip
