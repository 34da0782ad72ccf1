#include "connectors/rocketchat/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/rooms.h"

namespace rapport::rocketchat {
namespace {

constexpr int kPerPage = 100;  // the most that a workspace allows without being told otherwise
constexpr std::chrono::minutes kOverlap{1};       // messages may be stored a little out of order
constexpr std::chrono::days kLongestChanges{30};  // all changes come in one answer: after a longer pause from the top again
constexpr std::string_view kFromTheTop = "top";

Result<JsonAnswer> ask(const Workspace& workspace, Http& http, const std::string& what, std::initializer_list<int> tolerated = {}) {
  JsonApi api{"Rocket.Chat at " + workspace.site, {{"X-Auth-Token", workspace.token}, {"X-User-Id", workspace.user}},
              "check `user` (the id that came with the token) and the variable named in `token`", "check `url`: the workspace's address"};
  auto answer = TRY(get_json(api, http, fmt::format("{}/api/v1/{}", workspace.site, what), tolerated));
  if (answer.response.status == 200 && !answer.root["success"].truth())
    return fail(Error::Kind::kUpstream, fmt::format("{} refused: {}", workspace.site, printable(answer.root["error"].text("no reason given"))), "check `url`: the workspace's address");
  return answer;
}

std::optional<Time> time_at(const JsonValue& instant) {
  auto time = parse_time(instant.text());
  return time ? std::optional{*time} : std::nullopt;
}

// A list that is counted off: the number of things to skip, "" at its end.
std::string next_offset(const JsonValue& answer, std::size_t count) {
  auto offset = answer["offset"].integer().value_or(0) + static_cast<std::int64_t>(count);
  return count > 0 && offset < answer["total"].integer().value_or(0) ? fmt::to_string(offset) : std::string{};
}

Result<RoomList> list_channels(const Workspace& workspace, Http& http, const std::string& token) {
  auto answer = TRY(ask(workspace, http, fmt::format("channels.list?count={}&offset={}", kPerPage, token.empty() ? "0" : token)));
  RoomList list;
  auto channels = answer.root["channels"].items();
  for (const auto& channel : channels) {
    auto id = channel["_id"].text();
    auto name = channel["name"].text();
    if (id.empty() || (!workspace.channels.empty() && !workspace.channels.contains(name))) continue;
    // Its last message and its counts change all the time.
    JsonWriter json;
    json.begin_object();
    for (const char* key : {"_id", "name", "fname", "t", "topic", "description", "archived"})
      if (!channel[key].is_null()) json.key(key).raw(channel[key].to_json());
    json.end_object();
    list.page.records.push_back({fmt::format("channel {}", id), std::move(json).text(), {}, false});
    list.rooms.push_back({std::string{id}, std::string{name}});
  }
  list.token = next_offset(answer.root, channels.size());
  return list;
}

// A message into the page. What was removed may leave a notice behind ("rm"), which is a tombstone.
void take_message(const JsonValue& message, std::string position, Page& page) {
  auto id = message["_id"].text();
  if (id.empty()) {
    page.rejected.push_back({std::move(position), message.is_object() ? "a message without an _id" : "not a message: expected a JSON object", message.to_json().substr(0, 300)});
    return;
  }
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : message.members())
    if (name != "md") json.key(name).raw(value.to_json());  // `msg` taken apart
  json.end_object();
  page.records.push_back({std::string{id}, std::move(json).text(), time_at(message["_updatedAt"]), message["t"].text() == "rm"});
}

void refuse(const RoomAsk& ask_for, const HttpResponse& response, RoomPage& page) {
  page.refused = true;
  page.page.rejected.push_back({fmt::format("channel {}", ask_for.room.name), "it may not be read: give the account the permission preview-c-room, or leave it out of `channels`",
                                response.body.substr(0, 200)});
}

// What the room remembers is the newest change seen.
void take_messages(const JsonValue& messages, const RoomAsk& ask_for, RoomPage& page) {
  auto latest = parse_time(ask_for.memory);
  std::optional<Time> change = latest ? std::optional{*latest} : std::nullopt;
  std::size_t number = 0;
  for (const auto& message : messages.items()) {
    take_message(message, fmt::format("channel {} message {}", ask_for.room.name, ++number), page.page);
    if (auto updated = time_at(message["_updatedAt"]); updated && (!change || *updated > *change)) change = updated;
    auto time = time_at(message["ts"]);
    if (!time) continue;
    page.newest = std::max(page.newest.value_or(*time), *time);
    page.oldest = std::min(page.oldest.value_or(*time), *time);
  }
  if (change) page.memory = format_time(*change);
}

Result<RoomPage> read_changes(const Workspace& workspace, Http& http, const RoomAsk& ask_for, Time since) {
  auto what = fmt::format("chat.syncMessages?roomId={}&lastUpdate={}", percent_encoded(ask_for.room.id), percent_encoded(format_time(since)));
  auto answer = TRY(ask(workspace, http, what, {400, 403, 404}));
  RoomPage page;
  page.memory = ask_for.memory;
  if (answer.response.status != 200) {  // not for everybody who may read the history
    page.token = kFromTheTop;
    return page;
  }
  auto result = answer.root["result"];
  if (!result["updated"].is_array()) return fail(Error::Kind::kUpstream, "the list of changes is not what Rocket.Chat sends", "check `url`: the workspace's address");
  take_messages(result["updated"], ask_for, page);
  for (const auto& message : result["deleted"].items())
    if (auto id = message["_id"].text(); !id.empty()) page.page.records.push_back({std::string{id}, {}, time_at(message["_deletedAt"]), true});
  page.oldest.reset();
  return page;
}

Result<RoomPage> read_history(const Workspace& workspace, Http& http, const RoomAsk& ask_for) {
  auto what = fmt::format("channels.history?roomId={}&count={}", percent_encoded(ask_for.room.id), kPerPage);
  auto latest = ask_for.token == kFromTheTop ? std::string{} : ask_for.token;
  if (!latest.empty()) what += "&inclusive=true&latest=" + percent_encoded(latest);
  auto answer = TRY(ask(workspace, http, what, {400, 403, 404}));
  RoomPage page;
  page.memory = ask_for.memory;
  if (answer.response.status != 200) {
    refuse(ask_for, answer.response, page);
    return page;
  }
  if (!answer.root["messages"].is_array()) return fail(Error::Kind::kUpstream, "the history is not what Rocket.Chat sends", "check `url`: the workspace's address");
  take_messages(answer.root["messages"], ask_for, page);
  // A page begins with the last message of the one before; that one alone is no progress.
  if (page.oldest && answer.root["messages"].items().size() >= kPerPage && format_time(*page.oldest) != latest) page.token = format_time(*page.oldest);
  return page;
}

}  // namespace

std::unique_ptr<Reader> read_users(const Workspace& workspace, const std::string& cursor, Http& http) {
  return paged(cursor, [workspace, &http](const std::string& at) -> Result<Page> {
    auto offset = at.starts_with("from ") ? at.substr(5) : std::string{"0"};
    auto answer = TRY(ask(workspace, http, fmt::format("users.list?count={}&offset={}", kPerPage, offset), {400, 403}));
    Page page;
    page.caught_up = true;
    page.next = "again";
    if (answer.response.status != 200) {
      page.rejected.push_back({"users", "the directory may not be read: give the account the permission view-d-room; writers are known from what they wrote", {}});
      return page;
    }
    auto users = answer.root["users"].items();
    std::size_t number = 0;
    for (const auto& user : users) {
      ++number;
      JsonWriter json;
      json.begin_object();
      for (const char* key : {"_id", "username", "name", "type", "roles", "emails", "active"})
        if (!user[key].is_null()) json.key(key).raw(user[key].to_json());
      json.end_object();
      if (auto id = user["_id"].text(); !id.empty()) page.records.push_back({std::string{id}, std::move(json).text(), {}, false});
      else page.rejected.push_back({fmt::format("user {} behind {}", number, offset), "it has no _id", user.to_json().substr(0, 300)});
    }
    auto next = next_offset(answer.root, users.size());
    page.caught_up = next.empty();
    page.next = next.empty() ? "again" : "from " + next;
    return page;
  });
}

std::unique_ptr<Reader> read_messages(const Workspace& workspace, const std::string& cursor, Http& http) {
  RoomSource source;
  source.look_back = std::chrono::days{7};  // where changes cannot be asked for
  source.list = [workspace, &http](const ListAsk& ask_for) { return list_channels(workspace, http, ask_for.token); };
  source.read = [workspace, &http, present = now()](const RoomAsk& ask_for) {
    auto seen = parse_time(ask_for.memory);
    bool changes = ask_for.token.empty() && seen && *seen > present - kLongestChanges;
    return changes ? read_changes(workspace, http, ask_for, *seen - kOverlap) : read_history(workspace, http, ask_for);
  };
  return room_by_room(cursor, now(), std::move(source));
}

}  // namespace rapport::rocketchat
