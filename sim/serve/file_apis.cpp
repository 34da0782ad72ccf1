// The APIs that hand out files as they are: Slack's channels, and everything written.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "sim/serve/apis.h"

namespace rapport::sim {
namespace {

// The Web API's readers. A page of conversations.history is a day of the channel; the cursor is the day before.
class SlackApi : public Api {
 public:
  explicit SlackApi(fs::path folder) : folder_(std::move(folder)) {}

  ApiAnswer answer(const ApiRequest& request) override {
    if (request.path == "/api/users.list") return wrapped("users.json", "members");
    if (request.path == "/api/conversations.list") return wrapped("channels.json", "channels");
    bool history = request.path == "/api/conversations.history", replies = request.path == "/api/conversations.replies";
    if (!history && !replies) return not_found();
    auto channel = name_of(request.parameter("channel"));
    if (channel.empty()) return {200, kJsonType, "{\"ok\":false,\"error\":\"channel_not_found\"}", {}};
    auto days = days_of(channel);
    return history ? one_day(channel, days, request.parameter("cursor")) : conversation(channel, days, request.parameter("ts"));
  }

 private:
  ApiAnswer wrapped(std::string_view file, std::string_view name) {
    auto text = read_file(folder_ / file);
    if (!text) return not_found();
    return {200, kJsonType, fmt::format("{{\"ok\":true,\"{}\":{},\"response_metadata\":{{\"next_cursor\":\"\"}}}}", name, *text), {}};
  }

  std::string name_of(std::string_view id) {
    auto text = read_file(folder_ / "channels.json");
    JsonDocument document;
    if (!text) return {};
    auto channels = document.parse(*text);
    if (!channels) return {};
    for (const auto& channel : channels->items())
      if (channel["id"].text() == id) return std::string{channel["name"].text()};
    return {};
  }

  std::vector<std::string> days_of(const std::string& channel) {
    std::vector<std::string> days;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_ / channel, ignored)) days.push_back(entry.path().stem().string());
    std::sort(days.rbegin(), days.rend());  // the newest first, as Slack answers
    return days;
  }

  ApiAnswer one_day(const std::string& channel, const std::vector<std::string>& days, std::string_view cursor) {
    auto at = cursor.empty() ? days.begin() : std::find(days.begin(), days.end(), cursor);
    JsonWriter json;
    json.begin_object().key("ok").value(true).key("messages").begin_array();
    std::string next;
    if (at != days.end()) {
      auto text = read_file(folder_ / channel / (*at + ".json"));
      JsonDocument document;
      if (text)
        if (auto messages = document.parse(*text)) {
          auto items = messages->items();
          for (auto message = items.rbegin(); message != items.rend(); ++message)
            if (!(*message)["parent_user_id"].is_string()) json.raw(message->to_json());  // replies are conversations.replies' to tell
        }
      if (at + 1 != days.end()) next = *(at + 1);
    }
    json.end_array().key("has_more").value(!next.empty()).key("response_metadata").begin_object().key("next_cursor").value(next).end_object().end_object();
    return {200, kJsonType, std::move(json).text(), {}};
  }

  ApiAnswer conversation(const std::string& channel, const std::vector<std::string>& days, std::string_view ts) {
    JsonWriter json;
    json.begin_object().key("ok").value(true).key("messages").begin_array();
    for (auto day = days.rbegin(); day != days.rend(); ++day) {
      auto text = read_file(folder_ / channel / (*day + ".json"));
      if (!text || text->find(ts) == std::string::npos) continue;
      JsonDocument document;
      auto messages = document.parse(*text);
      if (!messages) continue;
      for (const auto& message : messages->items())
        if (message["ts"].text() == ts || message["thread_ts"].text() == ts) json.raw(message.to_json());
    }
    json.end_array().key("has_more").value(false).key("response_metadata").begin_object().key("next_cursor").value("").end_object().end_object();
    return {200, kJsonType, std::move(json).text(), {}};
  }

  fs::path folder_;
};

class FilesApi : public Api {
 public:
  explicit FilesApi(fs::path folder) : folder_(std::move(folder)) {}

  ApiAnswer answer(const ApiRequest& request) override {
    auto path = (folder_ / request.path.substr(1)).lexically_normal();
    auto relative = path.lexically_relative(folder_);
    if (relative.empty() || *relative.begin() == "..") return not_found();
    auto text = read_file(path);
    if (!text) return not_found();
    constexpr std::pair<std::string_view, const char*> kTypes[] = {{".atom", "application/atom+xml; charset=utf-8"}, {".csv", "text/csv; charset=utf-8"}, {".ics", "text/calendar; charset=utf-8"},
                                                                   {".json", kJsonType}, {".md", "text/markdown; charset=utf-8"}, {".rss", "application/rss+xml; charset=utf-8"}, {".xml", "text/xml; charset=utf-8"}};
    ApiAnswer answer{200, "text/plain; charset=utf-8", std::move(*text), {}};
    for (auto [ending, type] : kTypes)
      if (path.extension() == ending) answer.type = type;
    return answer;
  }

 private:
  fs::path folder_;
};

}  // namespace

Result<std::unique_ptr<Api>> open_slack_api(const fs::path& folder) { return std::unique_ptr<Api>{std::make_unique<SlackApi>(folder / "slack")}; }
Result<std::unique_ptr<Api>> open_files_api(const fs::path& folder) {
  std::error_code error;
  auto absolute = fs::canonical(folder, error);
  if (error) return fail(Error::Kind::kNotFound, fmt::format("there is no folder {}", folder.string()));
  return std::unique_ptr<Api>{std::make_unique<FilesApi>(absolute)};
}

}  // namespace rapport::sim
