// Chats: many rooms, each of which gives its messages newest first. A pass lists the rooms and then goes down each of them to
// what an earlier pass has read, less a look-back for edits, reactions and deletions. The first goes down every room by the
// last months only, then through the rest of each, so that what is recent is there soon.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/passes.h"

namespace rapport {

struct Room {
  std::string id, name;
};

// "#help, General" -> {"help", "General"}: a setting that names rooms.
std::set<std::string, std::less<>> names_in(std::string_view setting);

// Where in the list of rooms. `since`: when the last complete pass began; none = there was none yet. What is known to have
// been silent since then may be left out; a room that comes again later is then read as a new one.
struct ListAsk {
  std::string token;  // empty = the beginning
  std::optional<Time> since;
};
struct RoomList {
  Page page;  // what the list itself tells
  std::vector<Room> rooms;
  std::string token;  // empty = the list is complete
};

struct RoomAsk {
  Room room;
  std::string token;   // empty = from the newest message on
  std::string memory;  // what the room's last page left for later, over all passes
  std::optional<Time> floor;  // this pass ends with the first page whose `oldest` lies below; none = it reads all
};
// `oldest` says that everything above it has been read: leave it out where more is to come before going down (threads).
struct RoomPage : ListPage {
  std::string memory;
  bool refused = false;  // the room may not be read, as its `page.rejected` says; the next pass asks again from the same place
};

struct RoomSource {
  std::function<Result<RoomList>(const ListAsk&)> list;
  std::function<Result<RoomPage>(const RoomAsk&)> read;
  std::chrono::seconds look_back{0};
};

std::unique_ptr<Reader> room_by_room(std::string cursor, Time now, RoomSource source);

}  // namespace rapport
