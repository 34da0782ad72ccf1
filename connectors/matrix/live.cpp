#include "connectors/matrix/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/rooms.h"

namespace rapport::matrix {
namespace {

constexpr int kPerPage = 100;

Result<JsonAnswer> ask(const Homeserver& homeserver, Http& http, const std::string& what, std::initializer_list<int> tolerated = {}) {
  JsonApi api{"Matrix at " + homeserver.site, {{"Authorization", "Bearer " + homeserver.token}}, "check that the variable named in `token` holds an access token of this homeserver",
              "check `url`: the homeserver's address (what /.well-known/matrix/client of the domain names)"};
  return get_json(api, http, fmt::format("{}/_matrix/client/v3/{}", homeserver.site, what), tolerated);
}

tl::unexpected<Error> not_expected(const Homeserver& homeserver, std::string_view what) {
  return fail(Error::Kind::kUpstream, fmt::format("{} of {} is not what Matrix sends", what, homeserver.site), "check `url`: the homeserver's address");
}

// The list of rooms, then the name of each, one request a step.
struct ListPlace {
  std::vector<std::string> to_come;  // ids, or aliases that are still to be resolved

  std::string to_text() const {
    if (to_come.empty()) return {};
    JsonWriter json;
    json.begin_array();
    for (const auto& room : to_come) json.value(room);
    json.end_array();
    return std::move(json).text();
  }
  static ListPlace parse(const std::string& text) {
    ListPlace place;
    JsonDocument document;
    if (auto root = document.parse(text))
      for (const auto& room : root->items()) place.to_come.emplace_back(room.text());
    return place;
  }
};

// The name and address of a room and the names of its members stand in its state.
Result<> add_room(const Homeserver& homeserver, Http& http, const std::string& id, RoomList& list) {
  auto answer = TRY(ask(homeserver, http, fmt::format("rooms/{}/state", percent_encoded(id)), {403, 404}).in("room " + id));
  std::string name, alias;
  std::map<std::string, std::string> members;  // who is in it, by the name they gave themselves
  for (const auto& event : answer.root.items()) {
    if (auto called = event["content"]["displayname"].text(); event["type"].text() == "m.room.member" && !called.empty()) members[std::string{event["state_key"].text()}] = called;
    if (!event["state_key"].text("-").empty()) continue;
    if (event["type"].text() == "m.room.name") name = event["content"]["name"].text();
    if (event["type"].text() == "m.room.canonical_alias") alias = event["content"]["alias"].text();
  }
  if (answer.response.status == 200 && !answer.root.is_array()) return not_expected(homeserver, "the state of a room");
  JsonWriter json;
  json.begin_object().key("room_id").value(id).key("name").value(name).key("alias").value(alias).key("members").begin_object();
  for (const auto& [user, called] : members) json.key(user).value(called);
  json.end_object().end_object();
  list.page.records.push_back({"room " + id, std::move(json).text(), {}, false});
  list.rooms.push_back({id, !name.empty() ? name : !alias.empty() ? alias : id});
  return {};
}

Result<RoomList> list_rooms(const Homeserver& homeserver, Http& http, const std::string& token) {
  auto place = ListPlace::parse(token);
  RoomList list;
  if (token.empty() && homeserver.rooms.empty()) {
    auto answer = TRY(ask(homeserver, http, "joined_rooms"));
    if (!answer.root["joined_rooms"].is_array()) return not_expected(homeserver, "the list of rooms");
    for (const auto& id : answer.root["joined_rooms"].items()) place.to_come.emplace_back(id.text());
  } else if (token.empty()) {
    place.to_come.assign(homeserver.rooms.begin(), homeserver.rooms.end());
  } else if (!place.to_come.empty()) {
    auto room = place.to_come.front();
    place.to_come.erase(place.to_come.begin());
    if (room.starts_with('#')) {
      auto answer = TRY(ask(homeserver, http, "directory/room/" + percent_encoded(room), {404}));
      if (answer.response.status == 200) TRY(add_room(homeserver, http, std::string{answer.root["room_id"].text()}, list));
      else list.page.rejected.push_back({"room " + room, "no room has this alias: check `rooms`", {}});
    } else {
      TRY(add_room(homeserver, http, room, list));
    }
  }
  list.token = place.to_text();
  return list;
}

// What people did. The rest (topics, permissions, calls, keys) is of no use here.
bool is_wanted(std::string_view type) {
  return type == "m.room.message" || type == "m.room.member" || type == "m.room.encrypted" || type == "m.sticker" || type == "m.reaction" || type == "m.room.redaction" ||
         type == "m.poll.start" || type == "org.matrix.msc3381.poll.start";
}

void take_event(const JsonValue& event, const RoomAsk& ask_for, std::size_t number, RoomPage& page) {
  auto id = event["event_id"].text();
  auto ms = event["origin_server_ts"].integer();
  if (id.empty() || !ms) {
    page.page.rejected.push_back({fmt::format("room {} event {} behind {}", ask_for.room.name, number, ask_for.token.empty() ? "the newest" : ask_for.token),
                                  event.is_object() ? "an event without event_id or origin_server_ts" : "not an event: expected a JSON object", event.to_json().substr(0, 300)});
    return;
  }
  Time time{std::chrono::milliseconds{*ms}};
  page.newest = std::max(page.newest.value_or(time), time);
  page.oldest = std::min(page.oldest.value_or(time), time);
  auto type = event["type"].text();
  if (!is_wanted(type)) return;
  bool gone = event["unsigned"]["redacted_because"].is_object() || (type == "m.room.message" && event["content"].members().empty());
  // `unsigned` says how old the event is at the moment of asking, and the like.
  JsonWriter json;
  json.begin_object().key("room_id").value(ask_for.room.id);
  for (const auto& [name, value] : event.members())
    if (name != "unsigned" && name != "age" && name != "user_id" && name != "room_id") json.key(name).raw(value.to_json());
  if (auto before = event["unsigned"]["prev_content"]["membership"].text(); !before.empty()) json.key("membership_before").value(before);
  json.end_object();
  if (type == "m.room.redaction") {
    // Newest first: what is taken back comes later, already without content, or was read long ago.
    auto redacted = event["redacts"].text(event["content"]["redacts"].text());
    if (!redacted.empty()) page.page.records.push_back({std::string{redacted}, {}, time, true});
    return;
  }
  page.page.records.push_back({std::string{id}, std::move(json).text(), time, gone});
}

Result<RoomPage> read_room(const Homeserver& homeserver, Http& http, const RoomAsk& ask_for) {
  auto what = fmt::format("rooms/{}/messages?dir=b&limit={}", percent_encoded(ask_for.room.id), kPerPage);
  if (!ask_for.token.empty()) what += "&from=" + percent_encoded(ask_for.token);
  auto answer = TRY(ask(homeserver, http, what, {403, 404}));
  RoomPage page;
  if (answer.response.status != 200) {
    page.refused = true;
    page.page.rejected.push_back({"history of " + ask_for.room.name, "it may not be read: let the account join the room, or leave it out of `rooms`", answer.response.body.substr(0, 200)});
    return page;
  }
  if (!answer.root["chunk"].is_array()) return not_expected(homeserver, "the history of a room");
  std::size_t number = 0;
  for (const auto& event : answer.root["chunk"].items()) take_event(event, ask_for, ++number, page);
  // An empty chunk with an `end` is a stretch without events; the same `end` again would be a circle.
  auto end = answer.root["end"].text();
  if (end != ask_for.token) page.token = end;
  return page;
}

}  // namespace

std::unique_ptr<Reader> read_messages(const Homeserver& homeserver, const std::string& cursor, Http& http) {
  RoomSource source;
  source.look_back = std::chrono::days{1};  // everything is an event of its own; this is for what other servers sent late
  source.list = [homeserver, &http](const ListAsk& ask_for) { return list_rooms(homeserver, http, ask_for.token); };
  source.read = [homeserver, &http](const RoomAsk& ask_for) { return read_room(homeserver, http, ask_for); };
  return room_by_room(cursor, now(), std::move(source));
}

}  // namespace rapport::matrix
