#include "connectors/discord/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/discord/messages.h"
#include "connectors/json_api.h"
#include "connectors/rooms.h"

namespace rapport::discord {
namespace {

constexpr std::string_view kApi = "https://discord.com/api/v10/";
constexpr int kPerPage = 100;  // as many as one request ever gives

// Kinds of channels. Forums and media channels hold only threads.
enum Kind : std::int64_t { kText = 0, kVoice = 2, kNews = 5, kStage = 13, kForum = 15, kMedia = 16 };
bool holds_messages(std::int64_t kind) { return kind == kText || kind == kVoice || kind == kNews || kind == kStage; }
bool holds_threads(std::int64_t kind) { return kind == kText || kind == kNews || kind == kForum || kind == kMedia; }

Result<JsonAnswer> ask(const Server& server, Http& http, const std::string& what, std::initializer_list<int> tolerated = {}) {
  JsonApi api{"Discord", {{"Authorization", "Bot " + server.token}, {"User-Agent", "DiscordBot (rapport, 1)"}},  // a shape that Discord asks for
              "check that the variable named in `token` holds the token of a bot, and that the bot was added to the server",
              "check `guild`: the id of a server that the bot was added to"};
  return get_json(api, http, fmt::format("{}{}", kApi, what), tolerated);
}

// The list of rooms comes in three parts: channels, threads that are open, and for each channel the threads that were put away.
struct ListPlace {
  enum class Part { kChannels, kOpen, kAway } part = Part::kChannels;
  std::vector<std::string> chosen;   // channels that are read
  std::vector<std::string> to_come;  // those whose archived threads are still to be listed; the first is under way
  std::string before;

  std::string to_text() const {
    if (part == Part::kAway && to_come.empty()) return {};
    JsonWriter json;
    json.begin_object().key("part").value(static_cast<int>(part)).key("before").value(before).key("chosen").begin_array();
    for (const auto& id : chosen) json.value(id);
    json.end_array().key("to_come").begin_array();
    for (const auto& id : to_come) json.value(id);
    json.end_array().end_object();
    return std::move(json).text();
  }
  static ListPlace parse(const std::string& text) {
    ListPlace place;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return place;
    place.part = static_cast<Part>(std::clamp<std::int64_t>((*root)["part"].integer().value_or(0), 0, 2));
    place.before = (*root)["before"].text();
    for (const auto& id : (*root)["chosen"].items()) place.chosen.emplace_back(id.text());
    for (const auto& id : (*root)["to_come"].items()) place.to_come.emplace_back(id.text());
    return place;
  }
};

bool contains(const std::vector<std::string>& list, std::string_view id) { return std::find(list.begin(), list.end(), id) != list.end(); }

void add_room(const Server& server, const JsonValue& channel, RoomList& list) {
  auto id = channel["id"].text();
  JsonWriter guild;
  guild.begin_object().key("id").value(server.guild).end_object();
  JsonDocument document;
  take_channel(*document.parse(guild.text()), channel, list.page);
  list.rooms.push_back({std::string{id}, std::string{channel["name"].text(id)}});
}

Result<> list_channels(const Server& server, Http& http, ListPlace& place, RoomList& list) {
  auto answer = TRY(ask(server, http, fmt::format("guilds/{}/channels", percent_encoded(server.guild))));
  if (!answer.root.is_array()) return fail(Error::Kind::kUpstream, "the list of channels is not what Discord sends", "try again later");
  for (const auto& channel : answer.root.items()) {
    auto id = channel["id"].text();
    auto kind = channel["type"].integer().value_or(-1);
    if (id.empty() || (!holds_messages(kind) && !holds_threads(kind))) continue;
    if (!server.channels.empty() && !server.channels.contains(channel["name"].text()) && !server.channels.contains(id)) continue;
    add_room(server, channel, list);
    if (!holds_messages(kind)) list.rooms.pop_back();
    place.chosen.emplace_back(id);
    if (holds_threads(kind)) place.to_come.emplace_back(id);
  }
  place.part = ListPlace::Part::kOpen;
  return {};
}

Result<> list_open_threads(const Server& server, Http& http, ListPlace& place, RoomList& list) {
  auto answer = TRY(ask(server, http, fmt::format("guilds/{}/threads/active", percent_encoded(server.guild))));
  for (const auto& thread : answer.root["threads"].items())
    if (!thread["id"].text().empty() && contains(place.chosen, thread["parent_id"].text())) add_room(server, thread, list);
  place.part = ListPlace::Part::kAway;
  return {};
}

// Newest first by the time they were put away. A message opens a thread again, so those put away before the last pass have
// nothing new.
Result<> list_archived_threads(const Server& server, Http& http, std::optional<Time> since, ListPlace& place, RoomList& list) {
  auto what = fmt::format("channels/{}/threads/archived/public?limit={}", percent_encoded(place.to_come.front()), kPerPage);
  if (!place.before.empty()) what += "&before=" + percent_encoded(place.before);
  auto answer = TRY(ask(server, http, what, {403, 404}));  // a channel that the bot may not see says so when it is read
  bool more = answer.root["has_more"].truth();
  auto last = place.before;
  for (const auto& thread : answer.root["threads"].items()) {
    last = thread["thread_metadata"]["archive_timestamp"].text();
    auto time = parse_time(last);
    if (time && since && *time < *since - std::chrono::hours{1}) {
      more = false;
      break;
    }
    if (!thread["id"].text().empty()) add_room(server, thread, list);
  }
  place.before = more && last != place.before ? last : std::string{};
  if (place.before.empty()) place.to_come.erase(place.to_come.begin());
  return {};
}

Result<RoomList> list_rooms(const Server& server, Http& http, const ListAsk& ask_for) {
  auto place = ListPlace::parse(ask_for.token);
  RoomList list;
  if (place.part == ListPlace::Part::kChannels) TRY(list_channels(server, http, place, list));
  else if (place.part == ListPlace::Part::kOpen) TRY(list_open_threads(server, http, place, list));
  else TRY(list_archived_threads(server, http, ask_for.since, place, list));
  list.token = place.to_text();
  return list;
}

std::uint64_t number_of(std::string_view id) {
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number);
  return number;
}

// A bot without the intent for it gets messages of others without their words.
bool words_are_withheld(const JsonValue& messages) {
  int people = 0;
  for (const auto& message : messages.items()) {
    if (message["author"]["bot"].truth() || (message["type"].integer() != 0 && message["type"].integer() != 19)) continue;
    if (!message["content"].text().empty() || !message["attachments"].items().empty() || !message["embeds"].items().empty()) return false;
    ++people;
  }
  return people >= 3;
}

Result<RoomPage> read_room(const Server& server, Http& http, const RoomAsk& ask_for) {
  const auto& channel = ask_for.room.id;
  auto what = fmt::format("channels/{}/messages?limit={}", percent_encoded(channel), kPerPage);
  if (!ask_for.token.empty()) what += "&before=" + percent_encoded(ask_for.token);
  auto answer = TRY(ask(server, http, what, {403, 404}));
  RoomPage page;
  auto position = fmt::format("channel {}", ask_for.room.name);
  if (answer.response.status != 200) {
    page.refused = true;
    page.page.rejected.push_back({position, "it may not be read: give the bot View Channel and Read Message History there, or leave it out of `channels`", answer.response.body.substr(0, 200)});
    return page;
  }
  if (!answer.root.is_array()) return fail(Error::Kind::kUpstream, "the list of messages is not what Discord sends", "try again later");
  if (words_are_withheld(answer.root))
    page.page.rejected.push_back({position, "Discord withholds the words: switch on the Message Content intent of the bot", {}});
  std::uint64_t lowest = 0;
  std::string shown = "''";
  std::size_t number = 0;
  for (const auto& message : answer.root.items()) {
    take_message(channel, message, fmt::format("{} message {} before {}", position, ++number, ask_for.token.empty() ? "the newest" : ask_for.token), page.page);
    auto id = number_of(message["id"].text());
    auto time = parse_time(message["timestamp"].text());
    if (id == 0 || !time) continue;
    lowest = lowest == 0 ? id : std::min(lowest, id);
    shown += fmt::format(", {}", sql_quoted(message["id"].text()));
    page.newest = std::max(page.newest.value_or(*time), *time);
    page.oldest = std::min(page.oldest.value_or(*time), *time);
  }
  if (number == kPerPage && lowest > 0) page.token = fmt::to_string(lowest);
  page.page.gone_where = fmt::format("starts_with(record_id, {}) AND TRY_CAST(split_part(record_id, '/', 2) AS UBIGINT) >= {} AND split_part(record_id, '/', 2) NOT IN ({})",
                                     sql_quoted(channel + "/"), page.token.empty() ? 0 : lowest, shown);
  if (!ask_for.token.empty()) page.page.gone_where += fmt::format(" AND TRY_CAST(split_part(record_id, '/', 2) AS UBIGINT) < {}", number_of(ask_for.token));
  return page;
}

}  // namespace

std::unique_ptr<Reader> read_messages(const Server& server, const std::string& cursor, Http& http) {
  RoomSource source;
  source.look_back = server.look_back;
  source.list = [server, &http](const ListAsk& ask_for) { return list_rooms(server, http, ask_for); };
  source.read = [server, &http](const RoomAsk& ask_for) { return read_room(server, http, ask_for); };
  return room_by_room(cursor, now(), std::move(source));
}

}  // namespace rapport::discord
