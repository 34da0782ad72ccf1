#include "connectors/rooms.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport {
namespace {

std::int64_t to_us(const std::optional<Time>& time) { return time ? time->time_since_epoch().count() : 0; }
std::optional<Time> from_us(const JsonValue& value) {
  auto us = value.integer().value_or(0);
  return us == 0 ? std::nullopt : std::optional{Time{std::chrono::microseconds{us}}};
}

// What is known of a room between passes.
struct State {
  std::string name;
  std::optional<Time> top;  // its newest message
  std::string older;        // where its older messages begin, as long as they are still to be read
  std::string memory;
};

struct Cursor {
  bool listing = true;
  std::string list_token;
  std::optional<Time> began, since;  // of this pass; of the last complete one
  bool deep = false;                 // the queue is read for what is older
  std::vector<Room> queue;           // rooms to read; the first is under way
  std::string token;                 // where in it
  std::optional<Time> top;           // its newest message in this pass
  std::map<std::string, State> states;

  std::string to_text() const;
  static Cursor parse(const std::string& text, Time now);
};

std::string Cursor::to_text() const {
  JsonWriter json;
  json.begin_object().key("listing").value(listing).key("list_token").value(list_token).key("began").value(to_us(began)).key("since").value(to_us(since));
  json.key("deep").value(deep).key("token").value(token).key("top").value(to_us(top)).key("queue").begin_array();
  for (const auto& room : queue) json.begin_array().value(room.id).value(room.name).end_array();
  json.end_array().key("rooms").begin_object();
  for (const auto& [id, state] : states) json.key(id).begin_array().value(state.name).value(to_us(state.top)).value(state.older).value(state.memory).end_array();
  json.end_object().end_object();
  return std::move(json).text();
}

Cursor Cursor::parse(const std::string& text, Time now) {
  Cursor cursor;
  cursor.began = now;
  JsonDocument document;
  auto parsed = document.parse(text);
  if (!parsed) return cursor;
  auto root = *parsed;
  cursor.listing = root["listing"].truth();
  cursor.list_token = root["list_token"].text();
  cursor.since = from_us(root["since"]);
  bool fresh = cursor.listing && cursor.list_token.empty();  // a pass begins
  if (!fresh) cursor.began = from_us(root["began"]);
  cursor.deep = root["deep"].truth();
  cursor.token = root["token"].text();
  cursor.top = from_us(root["top"]);
  for (const auto& item : root["queue"].items())
    if (auto pair = item.items(); pair.size() == 2) cursor.queue.push_back({std::string{pair[0].text()}, std::string{pair[1].text()}});
  for (const auto& [id, item] : root["rooms"].members())
    if (auto parts = item.items(); parts.size() == 4)
      cursor.states.emplace(id, State{std::string{parts[0].text()}, from_us(parts[1]), std::string{parts[2].text()}, std::string{parts[3].text()}});
  return cursor;
}

class Pass {
 public:
  Pass(const RoomSource& source, Cursor cursor) : source_(source), cursor_(std::move(cursor)) {}

  Result<Page> step() {
    auto page = cursor_.listing ? TRY(list()) : TRY(read());
    if (!cursor_.listing && cursor_.queue.empty() && !cursor_.deep) go_deep();
    if (!cursor_.listing && cursor_.queue.empty()) {
      page.caught_up = true;
      cursor_.listing = true;
      cursor_.deep = false;
      cursor_.since = cursor_.began;
    }
    page.next = cursor_.to_text();
    return page;
  }

 private:
  Result<Page> list() {
    auto list = TRY(source_.list({cursor_.list_token, cursor_.since}));
    for (auto& room : list.rooms)
      if (std::none_of(cursor_.queue.begin(), cursor_.queue.end(), [&](const Room& one) { return one.id == room.id; })) cursor_.queue.push_back(std::move(room));
    cursor_.list_token = list.token;
    cursor_.listing = !list.token.empty();
    if (!cursor_.listing)
      std::erase_if(cursor_.states, [&](const auto& known) {
        return std::none_of(cursor_.queue.begin(), cursor_.queue.end(), [&](const Room& room) { return room.id == known.first; });
      });
    return std::move(list.page);
  }

  Result<Page> read() {
    auto room = cursor_.queue.front();
    auto known = cursor_.states.find(room.id);
    auto state = known == cursor_.states.end() ? State{} : known->second;
    std::optional<Time> floor;
    if (cursor_.deep && cursor_.token.empty()) cursor_.token = state.older;
    if (!cursor_.deep) floor = state.top ? *state.top - source_.look_back : *cursor_.began - kRecent;
    auto answer = TRY(source_.read({room, cursor_.token, state.memory, floor}).in("room " + printable(room.name)));
    if (answer.refused) {
      leave_room();
      return std::move(answer.page);
    }
    state.name = room.name;
    state.memory = answer.memory;
    if (answer.newest && (!cursor_.top || *answer.newest > *cursor_.top)) cursor_.top = answer.newest;
    bool below = floor && answer.oldest && *answer.oldest < *floor;
    if (answer.token.empty() || below) {
      state.older = !cursor_.deep && !state.top ? answer.token : std::string{};
      if (cursor_.top && (!state.top || *cursor_.top > *state.top)) state.top = cursor_.top;
      leave_room();
    } else {
      cursor_.token = answer.token;
    }
    if (state.top || !state.memory.empty()) cursor_.states[room.id] = std::move(state);
    return std::move(answer.page);
  }

  void leave_room() {
    cursor_.token.clear();
    cursor_.top.reset();
    cursor_.queue.erase(cursor_.queue.begin());
  }

  void go_deep() {
    cursor_.deep = true;
    for (const auto& [id, state] : cursor_.states)
      if (!state.older.empty()) cursor_.queue.push_back({id, state.name});
  }

  const RoomSource& source_;
  Cursor cursor_;
};

}  // namespace

std::set<std::string, std::less<>> names_in(std::string_view setting) {
  std::set<std::string, std::less<>> names;
  for (auto name : split(setting, ',')) {
    name = trim(name);
    if (name.starts_with('#')) name.remove_prefix(1);
    if (!name.empty()) names.emplace(name);
  }
  return names;
}

std::unique_ptr<Reader> room_by_room(std::string cursor, Time now, RoomSource source) {
  return paged(std::move(cursor), [now, source = std::move(source)](const std::string& at) { return Pass{source, Cursor::parse(at, now)}.step(); });
}

}  // namespace rapport
