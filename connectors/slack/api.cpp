#include "connectors/slack/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
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

// One call. `document` holds the answer, which is `ok` or whose `error` is in `tolerated`.
Result<JsonValue> call(const Workspace& workspace, Http& http, std::string_view method, const std::string& query, JsonDocument& document,
                       std::initializer_list<std::string_view> tolerated = {}) {
  auto response = http.get(fmt::format("{}{}?{}", kApi, method, query), {{"Authorization", "Bearer " + workspace.token}});
  if (!response) {
    auto error = std::move(response.error());
    if (error.kind == Error::Kind::kAuth) error.fix = "check that the variable named in `token` holds a valid bot or user token (xoxb-… or xoxp-…)";
    return fail(std::move(error));
  }
  auto root = document.parse(response->body);
  if (!root || !root->is_object())
    return fail(Error::Kind::kUpstream, fmt::format("the answer to {} is not what Slack sends: {}", method, root ? "expected an object" : root.error().what),
                "try again later; if it stays so, something stands between this machine and slack.com");
  if ((*root)["ok"].truth()) return root;
  auto code = (*root)["error"].text();
  if (std::find(tolerated.begin(), tolerated.end(), code) != tolerated.end()) return root;
  return fail(refusal(method, *root));
}

std::string next_cursor(const JsonValue& answer) { return std::string{answer["response_metadata"]["next_cursor"].text()}; }

std::string with_cursor(std::string query, const std::string& cursor) {
  if (!cursor.empty()) query += "&cursor=" + percent_encoded(cursor);
  return query;
}

std::string list_query(std::string_view stream) {
  return stream == "users" ? fmt::format("limit={}", kPerPage) : fmt::format("limit={}&exclude_archived=false&types=public_channel,private_channel", kPerPage);
}

struct Cursor {
  bool listing = true;       // the channels of this pass are still being listed
  std::string list_page;     // where in that list
  std::vector<std::pair<std::string, std::string>> queue;  // channels still to read: id and name; the first is under way
  std::string page;          // where in its history
  std::string top;           // its newest message in this pass
  std::string below;         // the oldest message read of it in this pass
  std::vector<std::string> threads;  // their replies come next
  std::string reply_page;
  std::map<std::string, std::string> newest;  // channel -> newest message of the last complete pass

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("listing").value(listing).key("list_page").value(list_page).key("queue").begin_array();
    for (const auto& [id, name] : queue) json.begin_array().value(id).value(name).end_array();
    json.end_array().key("page").value(page).key("top").value(top).key("below").value(below).key("threads").begin_array();
    for (const auto& ts : threads) json.value(ts);
    json.end_array().key("reply_page").value(reply_page).key("newest").begin_object();
    for (const auto& [channel, ts] : newest) json.key(channel).value(ts);
    json.end_object().end_object();
    return std::move(json).text();
  }
  static Cursor parse(const std::string& text) {
    Cursor cursor;
    JsonDocument document;
    auto parsed = document.parse(text);
    if (!parsed) return cursor;
    auto root = *parsed;
    cursor.listing = root["listing"].truth();
    cursor.list_page = root["list_page"].text();
    for (const auto& item : root["queue"].items())
      if (auto pair = item.items(); pair.size() == 2) cursor.queue.emplace_back(pair[0].text(), pair[1].text());
    cursor.page = root["page"].text();
    cursor.top = root["top"].text();
    cursor.below = root["below"].text();
    for (const auto& ts : root["threads"].items()) cursor.threads.emplace_back(ts.text());
    cursor.reply_page = root["reply_page"].text();
    for (const auto& [channel, ts] : root["newest"].members()) cursor.newest.emplace(channel, ts.text());
    return cursor;
  }
};

class MessageReader : public Reader {
 public:
  MessageReader(const Workspace& workspace, const std::string& cursor, Http& http) : workspace_(workspace), cursor_(Cursor::parse(cursor)), http_(http) {}

  Result<Page> next() override {
    Page page;
    if (cursor_.listing) TRY(list_channels());
    else if (!cursor_.threads.empty()) TRY(read_replies(page).in("channel " + printable(cursor_.queue.front().second)));
    else TRY(read_history(page).in("channel " + printable(cursor_.queue.front().second)));
    if (!cursor_.listing && cursor_.queue.empty()) {
      page.caught_up = true;
      cursor_.listing = true;
    }
    page.next = cursor_.to_text();
    return page;
  }

 private:
  Result<> list_channels() {
    JsonDocument document;
    auto answer = TRY(call(workspace_, http_, "conversations.list", with_cursor(list_query("channels"), cursor_.list_page), document));
    for (const auto& channel : answer["channels"].items()) {
      auto id = channel["id"].text();
      auto name = channel["name"].text();
      if (!id.empty() && (workspace_.channels.empty() || workspace_.channels.contains(name))) cursor_.queue.emplace_back(id, name);
    }
    cursor_.list_page = next_cursor(answer);
    cursor_.listing = !cursor_.list_page.empty();
    return {};
  }

  // Where this pass of the channel ends: so far behind the newest message of the last one.
  std::string oldest() const {
    auto newest = cursor_.newest.find(cursor_.queue.front().first);
    if (newest == cursor_.newest.end()) return "0";
    std::int64_t seconds = 0;
    const auto& ts = newest->second;
    std::from_chars(ts.data(), ts.data() + ts.size(), seconds);
    return fmt::format("{}.000000", std::max<std::int64_t>(0, seconds - workspace_.look_back_s));
  }

  void finish_channel() {
    if (!cursor_.top.empty()) cursor_.newest[cursor_.queue.front().first] = cursor_.top;
    cursor_.page.clear();
    cursor_.top.clear();
    cursor_.below.clear();
    cursor_.queue.erase(cursor_.queue.begin());
  }

  Result<> read_history(Page& page) {
    auto [channel, name] = cursor_.queue.front();
    JsonDocument document;
    auto query = with_cursor(fmt::format("channel={}&limit={}&oldest={}", percent_encoded(channel), kPerPage, oldest()), cursor_.page);
    auto answer = TRY(call(workspace_, http_, "conversations.history", query, document, {"not_in_channel", "channel_not_found", "invalid_cursor"}));
    if (!answer["ok"].truth()) {
      if (answer["error"].text() == "invalid_cursor" && !cursor_.page.empty()) {  // it expired: the channel from its top again
        cursor_.page.clear();
        cursor_.top.clear();
        cursor_.below.clear();
        return {};
      }
      page.rejected.push_back({fmt::format("channel {}", name), "it may not be read: invite the app to the channel, or leave the channel out of `channels`",
                               std::string{answer["error"].text()}});
      cursor_.top.clear();
      finish_channel();
      return {};
    }
    bool first = cursor_.page.empty();
    std::vector<std::string> seen;
    std::size_t number = 0;
    for (const auto& message : answer["messages"].items()) {
      take_message(channel, message, fmt::format("channel {} message {} behind {}", name, ++number, first ? "the newest" : cursor_.below), page);
      auto ts = std::string{message["ts"].text()};
      if (!is_ts(ts)) continue;
      seen.push_back(ts);
      if (message["reply_count"].integer().value_or(0) > 0) cursor_.threads.push_back(ts);
    }
    cursor_.page = answer["has_more"].truth() ? next_cursor(answer) : std::string{};
    auto lowest = seen.empty() ? std::string{} : *std::min_element(seen.begin(), seen.end());
    if (!seen.empty() && first) cursor_.top = *std::max_element(seen.begin(), seen.end());
    page.gone_where = gone_between(channel, cursor_.page.empty() ? oldest() : lowest, first ? std::string{} : cursor_.below, seen);
    if (!lowest.empty()) cursor_.below = lowest;
    finish_if_over();
    return {};
  }

  // Top-level messages between the two (exclusive above, none = up to now) that the history no longer shows. A page that
  // could not be read whole says nothing of what is gone.
  static std::string gone_between(const std::string& channel, const std::string& from, const std::string& to, const std::vector<std::string>& seen) {
    if (from.empty()) return {};
    std::string shown = "''";
    for (const auto& ts : seen) shown += ", " + sql_quoted(ts);
    auto where = fmt::format("starts_with(record_id, {}) AND (json->>'ts') > {} AND (json->>'ts') NOT IN ({}) AND "
                             "(coalesce(json->>'thread_ts', (json->>'ts')) = (json->>'ts') OR (json->>'subtype') = 'thread_broadcast')",
                             sql_quoted(channel + "/"), sql_quoted(from), shown);
    if (!to.empty()) where += fmt::format(" AND (json->>'ts') < {}", sql_quoted(to));
    return where;
  }

  // The channel is done when its threads are and its history has no further page.
  void finish_if_over() {
    if (cursor_.threads.empty() && cursor_.page.empty()) finish_channel();
  }

  Result<> read_replies(Page& page) {
    const auto& channel = cursor_.queue.front().first;
    auto thread = cursor_.threads.front();
    JsonDocument document;
    auto query = with_cursor(fmt::format("channel={}&ts={}&limit={}", percent_encoded(channel), percent_encoded(thread), kPerPage), cursor_.reply_page);
    auto answer = TRY(call(workspace_, http_, "conversations.replies", query, document, {"thread_not_found", "invalid_cursor"}).in("thread " + thread));
    auto was_first = cursor_.reply_page.empty();
    std::string shown = "''";
    std::size_t number = 0;
    for (const auto& message : answer["messages"].items()) {
      ++number;
      // The first message, and replies that were sent to the channel too, came with the history.
      auto ts = message["ts"].text();
      if (ts == thread || message["subtype"].text() == "thread_broadcast") continue;
      take_message(channel, message, fmt::format("thread {} message {}", thread, number), page);
      shown += ", " + sql_quoted(ts);
    }
    if (answer["error"].text() == "invalid_cursor" && !was_first) {
      cursor_.reply_page.clear();
      return {};
    }
    cursor_.reply_page = answer["has_more"].truth() ? next_cursor(answer) : std::string{};
    if (was_first && cursor_.reply_page.empty() && answer["ok"].truth())
      page.gone_where = fmt::format("starts_with(record_id, {}) AND (json->>'thread_ts') = {} AND (json->>'ts') <> {} AND (json->>'ts') NOT IN ({}) AND "
                                    "(json->>'subtype') IS DISTINCT FROM 'thread_broadcast'", sql_quoted(channel + "/"), sql_quoted(thread), sql_quoted(thread), shown);
    if (cursor_.reply_page.empty()) cursor_.threads.erase(cursor_.threads.begin());
    finish_if_over();
    return {};
  }

  Workspace workspace_;
  Cursor cursor_;
  Http& http_;
};

}  // namespace

std::unique_ptr<Reader> read_list(const Workspace& workspace, std::string_view stream, const std::string& cursor, Http& http) {
  bool users = stream == "users";
  return paged(cursor, [workspace, users, &http](const std::string& at) -> Result<Page> {
    auto where = at.starts_with("page ") ? at.substr(5) : std::string{};
    JsonDocument document;
    auto answer = TRY(call(workspace, http, users ? "users.list" : "conversations.list", with_cursor(list_query(users ? "users" : "channels"), where), document));
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
  return std::make_unique<MessageReader>(workspace, cursor, http);
}

}  // namespace rapport::slack
