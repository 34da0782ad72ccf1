#include "connectors/slack/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/rooms.h"
#include "connectors/slack/messages.h"

namespace rapport::slack {
namespace {

constexpr std::string_view kApi = "https://slack.com/api/";
constexpr int kPerPage = 200;  // what Slack recommends

// Slack answers 200 and says in the body whether it worked. What its words mean for the user:
Error refusal(std::string_view method, const JsonValue& answer) {
  auto code = std::string{answer["error"].text("no reason given")};
  Error error{Error::Kind::kUpstream, fmt::format("Slack refused {}: {}", method, printable(code)), "try again later", {}};
  auto is = [&](std::initializer_list<std::string_view> codes) { return std::find(codes.begin(), codes.end(), code) != codes.end(); };
  if (code == "missing_scope") {
    error.kind = Error::Kind::kAuth;
    error.fix = fmt::format("give the app the scope {} (api.slack.com/apps, OAuth & Permissions) and install it again", printable(answer["needed"].text("it lacks")));
  } else if (is({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "not_allowed_token_type", "access_denied", "ekm_access_denied"})) {
    error.kind = Error::Kind::kAuth;
    error.fix = "check that the variable named in `token` holds a valid bot or user token (xoxb-… or xoxp-…)";
  } else if (is({"channel_not_found", "thread_not_found", "not_in_channel", "is_archived"})) {
    error.kind = Error::Kind::kNotFound;
    error.fix = "invite the app to the channel, or leave the channel out of `channels`";
  } else if (code == "ratelimited") {
    error.kind = Error::Kind::kRateLimited;
    error.fix = "sync again in a minute; it goes on where it stopped";
  } else if (code.starts_with("invalid_")) {
    error.kind = Error::Kind::kBadInput;
    error.fix = "report this together with the name of the method";
  }
  return error;
}

JsonApi api_of(const Workspace& workspace) {
  return {"Slack", {{"Authorization", "Bearer " + workspace.token}}, "check that the variable named in `token` holds a valid bot or user token (xoxb-… or xoxp-…)",
          "try again later; if it stays so, something stands between this machine and slack.com"};
}

// One call, whose answer is `ok` or whose `error` is in `tolerated`.
Result<JsonAnswer> call(const Workspace& workspace, Http& http, std::string_view method, const std::string& query, std::initializer_list<std::string_view> tolerated = {}) {
  auto api = api_of(workspace);
  auto answer = TRY(get_json(api, http, fmt::format("{}{}?{}", kApi, method, query)));
  if (!answer.root.is_object()) return fail(Error::Kind::kUpstream, fmt::format("the answer to {} is not what Slack sends: expected an object", method), api.address_fix);
  auto code = answer.root["error"].text();
  if (answer.root["ok"].truth() || std::find(tolerated.begin(), tolerated.end(), code) != tolerated.end()) return answer;
  return fail(refusal(method, answer.root));
}

std::string next_cursor(const JsonValue& answer) { return std::string{answer["response_metadata"]["next_cursor"].text()}; }

std::string with_cursor(std::string query, const std::string& cursor) {
  if (!cursor.empty()) query += "&cursor=" + percent_encoded(cursor);
  return query;
}

std::string list_query(std::string_view stream) {
  return stream == "users" ? fmt::format("limit={}", kPerPage) : fmt::format("limit={}&exclude_archived=false&types=public_channel,private_channel", kPerPage);
}

// Where in a channel. History goes down by time, because a cursor of Slack's expires.
struct Place {
  std::string latest;  // messages below this one come next; empty = the newest
  bool more = true;    // there are any
  std::vector<std::string> threads;  // whose replies come first
  std::string reply_page;

  std::string to_text() const {
    if (threads.empty() && !more) return {};
    JsonWriter json;
    json.begin_object().key("latest").value(latest).key("more").value(more).key("reply_page").value(reply_page).key("threads").begin_array();
    for (const auto& ts : threads) json.value(ts);
    json.end_array().end_object();
    return std::move(json).text();
  }
  static Place parse(const std::string& text) {
    Place place;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return place;
    place.latest = (*root)["latest"].text();
    place.more = (*root)["more"].truth();
    place.reply_page = (*root)["reply_page"].text();
    for (const auto& ts : (*root)["threads"].items()) place.threads.emplace_back(ts.text());
    return place;
  }
  void add_thread(std::string_view ts) {
    if (is_ts(ts) && std::find(threads.begin(), threads.end(), ts) == threads.end()) threads.emplace_back(ts);
  }
};

// A reply brings its thread's first message up nowhere, so the threads that are alive are remembered: first message -> last reply.
class Threads {
 public:
  explicit Threads(const std::string& text) {
    JsonDocument document;
    if (auto root = document.parse(text))
      for (const auto& [ts, last] : root->members()) last_reply_[std::string{ts}] = last.text();
  }
  void saw(std::string_view thread, std::string_view reply) {
    auto& last = last_reply_[std::string{thread}];
    if (is_ts(reply) && time_of(reply) > time_of(last)) last = reply;
  }
  void forget(const std::string& thread) { last_reply_.erase(thread); }
  // Those that began before this pass ends: its history will not show them.
  void add_hidden(std::optional<Time> floor, Place& place) const {
    for (const auto& [thread, last] : last_reply_)
      if (floor && time_of(thread) < *floor) place.add_thread(thread);
  }
  std::string to_text(std::chrono::seconds life) const {
    JsonWriter json;
    json.begin_object();
    for (const auto& [thread, last] : last_reply_)
      if (time_of(last) > now() - life) json.key(thread).value(last);
    json.end_object();
    return std::move(json).text();
  }

 private:
  std::map<std::string, std::string> last_reply_;
};

// Top-level messages of `channel` from `from` to below `to` (empty = up to now) that the history no longer shows. A page that
// could not be read whole says nothing of what is gone.
std::string gone_between(const std::string& channel, const std::string& from, const std::string& to, const std::vector<std::string>& seen) {
  if (from.empty()) return {};
  std::string shown = "''";
  for (const auto& ts : seen) shown += ", " + sql_quoted(ts);
  auto where = fmt::format("starts_with(record_id, {}) AND (json->>'ts') > {} AND (json->>'ts') NOT IN ({}) AND "
                           "(coalesce(json->>'thread_ts', (json->>'ts')) = (json->>'ts') OR (json->>'subtype') = 'thread_broadcast')",
                           sql_quoted(channel + "/"), sql_quoted(from), shown);
  if (!to.empty()) where += fmt::format(" AND (json->>'ts') < {}", sql_quoted(to));
  return where;
}

Result<RoomPage> read_history(const Workspace& workspace, Http& http, const RoomAsk& ask, Place place, Threads threads) {
  auto query = fmt::format("channel={}&limit={}", percent_encoded(ask.room.id), kPerPage);
  if (!place.latest.empty()) query += "&latest=" + percent_encoded(place.latest);
  auto answer = TRY(call(workspace, http, "conversations.history", query, {"not_in_channel", "channel_not_found"}));
  RoomPage page;
  if (!answer.root["ok"].truth()) {
    page.refused = true;
    page.page.rejected.push_back({fmt::format("channel {}", ask.room.name), "it may not be read: invite the app to the channel, or leave the channel out of `channels`",
                                  std::string{answer.root["error"].text()}});
    return page;
  }
  if (place.latest.empty()) threads.add_hidden(ask.floor, place);
  std::vector<std::string> seen;
  std::size_t number = 0;
  for (const auto& message : answer.root["messages"].items()) {
    take_message(ask.room.id, message, fmt::format("channel {} message {} behind {}", ask.room.name, ++number, place.latest.empty() ? "the newest" : place.latest), page.page);
    auto ts = message["ts"].text();
    if (!is_ts(ts)) continue;
    seen.emplace_back(ts);
    auto time = time_of(ts);
    page.newest = std::max(page.newest.value_or(time), time);
    if (message["reply_count"].integer().value_or(0) > 0) {
      place.add_thread(ts);
      threads.saw(ts, message["latest_reply"].text());
    } else if (auto thread = message["thread_ts"].text(); !thread.empty() && thread != ts) {
      place.add_thread(thread);  // a reply that was sent to the channel too: its thread may be an old one
    }
  }
  auto above = place.latest;
  auto lowest = seen.empty() ? std::string{} : *std::min_element(seen.begin(), seen.end());
  place.more = answer.root["has_more"].truth() && !seen.empty();
  place.latest = lowest;
  // On free plans old messages are hidden, not gone.
  page.page.gone_where = gone_between(ask.room.id, place.more || answer.root["is_limited"].truth() ? lowest : "0", above, seen);
  page.token = place.to_text();
  if (place.threads.empty() && !lowest.empty()) page.oldest = time_of(lowest);
  page.memory = threads.to_text(workspace.thread_life);
  return page;
}

Result<RoomPage> read_replies(const Workspace& workspace, Http& http, const RoomAsk& ask, Place place, Threads threads) {
  auto thread = place.threads.front();
  auto query = with_cursor(fmt::format("channel={}&ts={}&limit={}", percent_encoded(ask.room.id), percent_encoded(thread), kPerPage), place.reply_page);
  auto answer = TRY(call(workspace, http, "conversations.replies", query, {"thread_not_found", "invalid_cursor"}).in("thread " + thread));
  auto was_first = place.reply_page.empty();
  RoomPage page;
  std::string shown = "''";
  std::size_t number = 0;
  for (const auto& message : answer.root["messages"].items()) {
    ++number;
    auto ts = message["ts"].text();
    if (ts != thread) threads.saw(thread, ts);
    // Replies that were sent to the channel too came with the history; so did the first message, if it is not too old.
    if (message["subtype"].text() == "thread_broadcast") continue;
    if (ts == thread && !(ask.floor && time_of(ts) < *ask.floor)) continue;
    take_message(ask.room.id, message, fmt::format("thread {} message {}", thread, number), page.page);
    shown += ", " + sql_quoted(ts);
  }
  bool expired = answer.root["error"].text() == "invalid_cursor" && !was_first;  // the thread from its beginning again
  place.reply_page = !expired && answer.root["has_more"].truth() ? next_cursor(answer.root) : std::string{};
  if (was_first && place.reply_page.empty() && answer.root["ok"].truth())
    page.page.gone_where = fmt::format("starts_with(record_id, {}) AND (json->>'thread_ts') = {} AND (json->>'ts') <> {} AND (json->>'ts') NOT IN ({}) AND "
                                       "(json->>'subtype') IS DISTINCT FROM 'thread_broadcast'", sql_quoted(ask.room.id + "/"), sql_quoted(thread), sql_quoted(thread), shown);
  if (answer.root["error"].text() == "thread_not_found") threads.forget(thread);
  if (!expired && place.reply_page.empty()) place.threads.erase(place.threads.begin());
  page.token = place.to_text();
  if (place.threads.empty() && !place.latest.empty()) page.oldest = time_of(place.latest);
  page.memory = threads.to_text(workspace.thread_life);
  return page;
}

Result<RoomList> list_channels(const Workspace& workspace, Http& http, const std::string& token) {
  auto answer = TRY(call(workspace, http, "conversations.list", with_cursor(list_query("channels"), token)));
  RoomList list;
  for (const auto& channel : answer.root["channels"].items()) {
    auto id = channel["id"].text();
    auto name = channel["name"].text();
    if (!id.empty() && (workspace.channels.empty() || workspace.channels.contains(name))) list.rooms.push_back({std::string{id}, std::string{name}});
  }
  list.token = next_cursor(answer.root);
  return list;
}

}  // namespace

std::unique_ptr<Reader> read_list(const Workspace& workspace, std::string_view stream, const std::string& cursor, Http& http) {
  bool users = stream == "users";
  return paged(cursor, [workspace, users, &http](const std::string& at) -> Result<Page> {
    auto where = at.starts_with("page ") ? at.substr(5) : std::string{};
    auto called = TRY(call(workspace, http, users ? "users.list" : "conversations.list", with_cursor(list_query(users ? "users" : "channels"), where)));
    auto answer = called.root;
    Page page;
    std::size_t number = 0;
    for (const auto& thing : answer[users ? "members" : "channels"].items()) take_named(thing, fmt::format("{} {}", users ? "user" : "channel", ++number), page);
    auto next = next_cursor(answer);
    page.caught_up = next.empty();
    page.next = next.empty() ? "again" : "page " + next;
    return page;
  });
}

std::unique_ptr<Reader> read_messages(const Workspace& workspace, const std::string& cursor, Http& http) {
  RoomSource source;
  source.look_back = workspace.look_back;
  source.list = [workspace, &http](const ListAsk& ask) { return list_channels(workspace, http, ask.token); };
  source.read = [workspace, &http](const RoomAsk& ask) {
    auto place = Place::parse(ask.token);
    return (place.threads.empty() ? read_history : read_replies)(workspace, http, ask, place, Threads{ask.memory});
  };
  return room_by_room(cursor, now(), std::move(source));
}

}  // namespace rapport::slack
