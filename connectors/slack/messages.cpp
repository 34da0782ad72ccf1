#include "connectors/slack/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace rapport::slack {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_ts(std::string_view text) {
  auto dot = text.find('.');
  return text.size() <= 24 && dot != std::string_view::npos && dot >= 9 && dot <= 11 && is_digits(text.substr(0, dot)) && is_digits(text.substr(dot + 1));
}

Time time_of(std::string_view ts) {
  std::int64_t seconds = 0;
  std::from_chars(ts.data(), ts.data() + ts.size(), seconds);
  return time_from_unix(seconds);
}

void take_message(std::string_view channel, const JsonValue& message, std::string position, Page& page) {
  auto ts = message["ts"].text();
  if (!message.is_object() || !is_ts(ts)) {
    page.rejected.push_back({std::move(position), message.is_object() ? "a message without the `ts` that names it" : "not a message: expected a JSON object",
                             message.to_json().substr(0, 300)});
    return;
  }
  page.records.push_back({fmt::format("{}/{}", channel, ts), message.to_json(), time_of(ts), false});
}

void take_named(const JsonValue& thing, std::string position, Page& page) {
  auto id = thing["id"].text();
  if (id.empty()) {
    page.rejected.push_back({std::move(position), "it has no `id`", thing.to_json().substr(0, 300)});
    return;
  }
  page.records.push_back({std::string{id}, thing.to_json(), {}, false});
}

}  // namespace rapport::slack
