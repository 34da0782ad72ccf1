#include "connectors/mattermost/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/rooms.h"

namespace rapport::mattermost {
namespace {

constexpr std::size_t kPerPage = 200;         // as many as one request ever gives
constexpr std::size_t kMostChanges = 1000;    // as many posts as one question for changes ever gives
constexpr std::int64_t kOverlap_ms = 60'000;  // posts may be stored a little out of order
constexpr std::string_view kFromTheTop = "top";

Result<JsonAnswer> ask(const Server& server, Http& http, const std::string& what, std::initializer_list<int> tolerated = {}) {
  JsonApi api{"Mattermost at " + server.site, {{"Authorization", "Bearer " + server.token}},
              "check that the variable named in `token` holds the token of a bot or a personal access token, and that its account is in the team",
              "check `url`: the server's address, with the team's name behind it or without"};
  return get_json(api, http, fmt::format("{}/api/v4/{}", server.site, what), tolerated);
}

tl::unexpected<Error> not_a_list(const Server& server, std::string_view noun) {
  return fail(Error::Kind::kUpstream, fmt::format("the list of {} of {} is not what Mattermost sends", noun, server.site), "check `url`: the server's address");
}

std::optional<Time> time_at(const JsonValue& milliseconds) {
  auto ms = milliseconds.integer();
  return ms && *ms > 0 ? std::optional{Time{std::chrono::milliseconds{*ms}}} : std::nullopt;
}

// Teams first, then the channels of each, page by page.
struct ListPlace {
  std::vector<std::pair<std::string, std::string>> teams;  // id and name; the first is under way
  std::int64_t page = 0;

  std::string to_text() const {
    if (teams.empty()) return {};
    JsonWriter json;
    json.begin_object().key("page").value(page).key("teams").begin_array();
    for (const auto& [id, name] : teams) json.begin_array().value(id).value(name).end_array();
    json.end_array().end_object();
    return std::move(json).text();
  }
  static ListPlace parse(const std::string& text) {
    ListPlace place;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return place;
    place.page = (*root)["page"].integer().value_or(0);
    for (const auto& item : (*root)["teams"].items())
      if (auto pair = item.items(); pair.size() == 2) place.teams.emplace_back(pair[0].text(), pair[1].text());
    return place;
  }
};

Result<RoomList> list_teams(const Server& server, Http& http) {
  auto answer = TRY(ask(server, http, "users/me/teams"));
  if (!answer.root.is_array()) return not_a_list(server, "teams");
  ListPlace place;
  for (const auto& team : answer.root.items())
    if (server.team.empty() || team["name"].text() == server.team) place.teams.emplace_back(team["id"].text(), team["name"].text());
  if (place.teams.empty())
    return fail(Error::Kind::kNotFound, server.team.empty() ? "this account is in no team" : fmt::format("this account is not in a team called `{}`", printable(server.team)),
                "add the bot to the team, or correct the team's name in `url`");
  RoomList list;
  list.token = place.to_text();
  return list;
}

Result<RoomList> list_channels(const Server& server, Http& http, ListPlace place) {
  auto [id, name] = place.teams.front();
  auto answer = TRY(ask(server, http, fmt::format("teams/{}/channels?page={}&per_page={}", percent_encoded(id), place.page, kPerPage)).in("team " + name));
  if (!answer.root.is_array()) return not_a_list(server, "channels");
  RoomList list;
  std::size_t number = 0;
  for (const auto& channel : answer.root.items()) {
    ++number;
    auto channel_id = channel["id"].text();
    if (channel_id.empty() || (!server.channels.empty() && !server.channels.contains(channel["name"].text()))) continue;
    JsonWriter json;
    json.begin_object().key("team").value(name).key("channel").raw(channel.to_json()).end_object();
    list.page.records.push_back({fmt::format("channel {}", channel_id), std::move(json).text(), {}, false});
    list.rooms.push_back({std::string{channel_id}, std::string{channel["name"].text()}});
  }
  ++place.page;
  if (number < kPerPage) {
    place.teams.erase(place.teams.begin());
    place.page = 0;
  }
  list.token = place.to_text();
  return list;
}

// A post into the page; one that was deleted becomes a tombstone.
void take_post(const JsonValue& post, std::string position, Page& page) {
  auto id = post["id"].text();
  if (id.empty()) {
    page.rejected.push_back({std::move(position), post.is_object() ? "a post without an id" : "not a post: expected a JSON object", post.to_json().substr(0, 300)});
    return;
  }
  page.records.push_back({std::string{id}, post.to_json(), time_at(post["update_at"]), post["delete_at"].integer().value_or(0) > 0});
}

// What a room remembers: the newest change seen, in milliseconds.
std::int64_t seen_until(const std::string& memory) {
  std::int64_t ms = 0;
  std::from_chars(memory.data(), memory.data() + memory.size(), ms);
  return ms;
}

Result<RoomPage> read_room(const Server& server, Http& http, const RoomAsk& ask_for) {
  auto last_change = seen_until(ask_for.memory);
  bool changes = ask_for.token.empty() && last_change > 0;
  auto what = fmt::format("channels/{}/posts?", percent_encoded(ask_for.room.id));
  if (changes) what += fmt::format("since={}", std::max<std::int64_t>(1, last_change - kOverlap_ms));
  else what += fmt::format("page=0&per_page={}", kPerPage);
  if (!ask_for.token.empty() && ask_for.token != kFromTheTop) what += "&before=" + percent_encoded(ask_for.token);
  auto answer = TRY(ask(server, http, what, {403, 404}));
  RoomPage page;
  page.memory = ask_for.memory;
  auto position = fmt::format("channel {}", ask_for.room.name);
  if (answer.response.status != 200) {
    page.refused = true;
    page.page.rejected.push_back({position, "it may not be read: add the bot to the channel, or leave it out of `channels`", answer.response.body.substr(0, 200)});
    return page;
  }
  if (!answer.root["order"].is_array()) return not_a_list(server, "posts");
  // `posts` may hold more than `order`: the first posts of threads.
  std::size_t number = 0;
  for (const auto& [id, post] : answer.root["posts"].members()) {
    take_post(post, fmt::format("{} post {}", position, ++number), page.page);
    last_change = std::max(last_change, post["update_at"].integer().value_or(0));
  }
  std::string last;
  std::size_t count = 0;
  for (const auto& id : answer.root["order"].items()) {
    ++count;
    last = id.text();
    auto time = time_at(answer.root["posts"][last]["create_at"]);
    if (!time) continue;
    page.newest = std::max(page.newest.value_or(*time), *time);
    page.oldest = std::min(page.oldest.value_or(*time), *time);
  }
  page.memory = last_change > 0 ? fmt::to_string(last_change) : std::string{};
  // So many changes at once may be only a part of them: then the posts from the top, down to where they are known.
  if (changes) page.token = count >= kMostChanges ? kFromTheTop : std::string_view{};
  else if (count == kPerPage && answer.root["prev_post_id"].text("-") != "") page.token = last;
  if (changes) page.oldest.reset();
  return page;
}

}  // namespace

std::unique_ptr<Reader> read_users(const Server& server, const std::string& cursor, Http& http) {
  return paged(cursor, [server, &http](const std::string& at) -> Result<Page> {
    std::int64_t number = 0;
    if (at.starts_with("page ")) std::from_chars(at.data() + 5, at.data() + at.size(), number);
    auto answer = TRY(ask(server, http, fmt::format("users?page={}&per_page={}", number, kPerPage)));
    if (!answer.root.is_array()) return not_a_list(server, "users");
    Page page;
    std::size_t count = 0;
    for (const auto& user : answer.root.items()) {
      ++count;
      auto id = user["id"].text();
      // What else stands there is of no use, or changes with every visit.
      JsonWriter json;
      json.begin_object();
      for (const auto& [name, value] : user.members())
        if (name != "notify_props" && name != "last_activity_at" && name != "auth_data" && name != "timezone" && name != "props") json.key(name).raw(value.to_json());
      json.end_object();
      if (!id.empty()) page.records.push_back({std::string{id}, std::move(json).text(), {}, false});
      else page.rejected.push_back({fmt::format("page {} user {}", number, count), "it has no id", user.to_json().substr(0, 300)});
    }
    page.caught_up = count < kPerPage;
    page.next = page.caught_up ? "again" : fmt::format("page {}", number + 1);
    return page;
  });
}

std::unique_ptr<Reader> read_messages(const Server& server, const std::string& cursor, Http& http) {
  RoomSource source;
  source.look_back = std::chrono::days{1};  // changes are asked for; this is only for what one answer could not hold
  source.list = [server, &http](const ListAsk& ask_for) {
    return ask_for.token.empty() ? list_teams(server, http) : list_channels(server, http, ListPlace::parse(ask_for.token));
  };
  source.read = [server, &http](const RoomAsk& ask_for) { return read_room(server, http, ask_for); };
  return room_by_room(cursor, now(), std::move(source));
}

}  // namespace rapport::mattermost
