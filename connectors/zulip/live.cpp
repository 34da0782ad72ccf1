#include "connectors/zulip/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/rooms.h"
#include "connectors/zulip/messages.h"

namespace rapport::zulip {
namespace {

constexpr int kPerPage = 1000;  // what Zulip recommends at most
constexpr std::string_view kPublic = "all public streams";  // the id of that room

JsonApi api_of(const Organization& organization) {
  return {"Zulip at " + organization.site, {basic_authorization(organization.email, organization.key)},
          "check `email` and the variable named in `key`: both stand in Zulip's settings under Personal, Bots", "check `site`: the organization's address"};
}

// Zulip answers 400 and says in the body what is wrong, 401 for a key that is not good.
Result<JsonAnswer> ask(const Organization& organization, Http& http, const std::string& what) {
  auto answer = TRY(get_json(api_of(organization), http, organization.site + "/api/v1/" + what));
  if (answer.root["result"].text() != "success")
    return fail(Error::Kind::kUpstream, fmt::format("the answer of {} is not what Zulip sends", organization.site), "check `site`: the organization's address");
  return answer;
}

Result<RoomList> list_streams(const Organization& organization, Http& http) {
  auto answer = TRY(ask(organization, http, "streams?include_public=true&include_subscribed=true"));
  RoomList list;
  if (organization.streams.empty()) list.rooms.push_back({std::string{kPublic}, std::string{kPublic}});
  std::size_t number = 0;
  std::set<std::string, std::less<>> found;
  for (const auto& stream : answer.root["streams"].items()) {
    auto name = stream["name"].text();
    ++number;
    if (organization.streams.empty() ? stream["invite_only"].truth() : !organization.streams.contains(name)) continue;
    take_stream(stream, fmt::format("stream {}", number), list.page);
    found.emplace(name);
    if (auto id = stream["stream_id"].integer(); id && !organization.streams.empty()) list.rooms.push_back({fmt::to_string(*id), std::string{name}});
  }
  for (const auto& name : organization.streams)
    if (!found.contains(name)) list.page.rejected.push_back({"stream " + name, "there is no such stream, or this account may not see it", {}});
  return list;
}

std::string narrow_of(const Room& room) {
  JsonWriter json;
  json.begin_array().begin_object();
  if (room.id == kPublic) json.key("operator").value("streams").key("operand").value("public");
  else json.key("operator").value("stream").key("operand").raw(room.id);
  json.end_object().end_array();
  return percent_encoded(json.text());
}

// Messages of the room from `from` (0 = the first) to below `to` (0 = the newest) that are shown no more: deleted, or moved away.
std::string gone_between(const Room& room, std::int64_t from, std::int64_t to, const std::vector<std::int64_t>& seen) {
  auto where = fmt::format("TRY_CAST(record_id AS BIGINT) >= {} AND record_id NOT IN (''", from);
  for (auto id : seen) where += fmt::format(", '{}'", id);
  where += ")";
  if (to > 0) where += fmt::format(" AND TRY_CAST(record_id AS BIGINT) < {}", to);
  if (room.id != kPublic) where += fmt::format(" AND (json->'message'->>'stream_id') = {}", sql_quoted(room.id));
  return where;
}

Result<RoomPage> read_room(const Organization& organization, Http& http, const RoomAsk& ask_for) {
  auto where = ask_for.token.empty() ? std::string{"newest"} : ask_for.token + "&include_anchor=false";
  auto answer = TRY(ask(organization, http, fmt::format("messages?anchor={}&num_before={}&num_after=0&apply_markdown=false&allow_empty_topic_name=true&narrow={}",
                                                        where, kPerPage, narrow_of(ask_for.room))));
  RoomPage page;
  std::vector<std::int64_t> seen;
  std::size_t number = 0;
  for (const auto& message : answer.root["messages"].items()) {
    take_message(message, {}, fmt::format("{} message {} before {}", ask_for.room.name, ++number, ask_for.token.empty() ? "the newest" : ask_for.token), page.page);
    auto id = message["id"].integer();
    auto seconds = message["timestamp"].integer();
    if (!id || !seconds) continue;
    seen.push_back(*id);
    auto time = time_from_unix(*seconds);
    page.newest = std::max(page.newest.value_or(time), time);
    page.oldest = std::min(page.oldest.value_or(time), time);
  }
  std::int64_t above = 0;
  std::from_chars(ask_for.token.data(), ask_for.token.data() + ask_for.token.size(), above);
  auto lowest = seen.empty() ? 0 : *std::min_element(seen.begin(), seen.end());
  bool over = answer.root["found_oldest"].truth() || seen.empty() || (above > 0 && lowest >= above);
  if (!over) page.token = fmt::to_string(lowest);
  // On free plans old messages are hidden, not gone.
  page.page.gone_where = gone_between(ask_for.room, over && !answer.root["history_limited"].truth() ? 0 : lowest, above, seen);
  return page;
}

}  // namespace

std::unique_ptr<Reader> read_users(const Organization& organization, const std::string& cursor, Http& http) {
  return paged(cursor, [organization, &http](const std::string&) -> Result<Page> {
    auto answer = TRY(ask(organization, http, "users"));
    Page page;
    std::size_t number = 0;
    for (const auto& user : answer.root["members"].items()) {
      ++number;
      if (auto id = user["user_id"].integer()) page.records.push_back({fmt::to_string(*id), user.to_json(), {}, false});
      else page.rejected.push_back({fmt::format("user {}", number), "it has no user_id", user.to_json().substr(0, 300)});
    }
    page.caught_up = true;
    page.next = "again";
    return page;
  });
}

std::unique_ptr<Reader> read_messages(const Organization& organization, const std::string& cursor, Http& http) {
  RoomSource source;
  source.look_back = organization.look_back;
  source.list = [organization, &http](const ListAsk&) { return list_streams(organization, http); };
  source.read = [organization, &http](const RoomAsk& ask_for) { return read_room(organization, http, ask_for); };
  return room_by_room(cursor, now(), std::move(source));
}

}  // namespace rapport::zulip
