#include "connectors/youtube/channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/text.h"

namespace rapport::youtube {
namespace {

constexpr int kVideosPerPage = 20;  // each with comments costs a request more
constexpr int kMostPerPage = 50;    // that the API gives

// A refusal has a reason: {"error":{"code":403,"message":"…","errors":[{"reason":"quotaExceeded"}]}}.
void explain(const HttpResponse& response, Error& error) {
  JsonDocument document;
  auto root = document.parse(response.body);
  if (!root || !(*root)["error"].is_object()) return;
  const auto said = (*root)["error"];
  auto errors = said["errors"].items();
  auto reason = errors.empty() ? said["status"].text() : errors[0]["reason"].text();
  error.what = fmt::format("YouTube refuses: {} ({})", printable(said["message"].text("no reason given")), printable(reason));
  if (reason == "quotaExceeded" || reason == "dailyLimitExceeded") error.kind = Error::Kind::kRateLimited, error.fix = "sync again after midnight Pacific time, when there is a new quota";
  else if (reason == "rateLimitExceeded" || reason == "userRateLimitExceeded") error.kind = Error::Kind::kRateLimited, error.fix = "wait, then sync again; it goes on where it stopped";
  else if (response.status == 400 && (reason == "badRequest" || reason == "keyInvalid")) error.kind = Error::Kind::kAuth, error.fix = "check that `key` is an API key for the YouTube Data API v3";
}

// The UTC day by the other side's clock, so that a snapshot is of the day it is said to be; by ours if it does not tell.
std::string day_of(const HttpResponse& response) {
  std::tm parts{};
  auto date = std::string{response.header("Date")};
  auto time = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) != nullptr ? time_from_unix(::timegm(&parts)) : now();
  return format_day(std::chrono::floor<std::chrono::days>(time));
}

}  // namespace

JsonApi calls_with(const std::string& key) {
  JsonApi calls;
  calls.site = "YouTube";
  calls.headers = {{"Accept", "application/json"}, {"X-Goog-Api-Key", key}};
  calls.auth_fix = "check `key`: the YouTube Data API v3 must be enabled in its project, and the key allowed to use it from this machine";
  calls.address_fix = "check `channels`";
  calls.explain = explain;
  return calls;
}

Result<JsonAnswer> Channel::ask(const std::string& path) { return get_json(access_.calls, http_, access_.base + path); }

Result<Channel::Uploads> Channel::uploads(const std::string& token, int per_page, const std::string& parts) {
  if (playlist_.empty()) {
    auto answer = TRY(ask(fmt::format("/channels?part=contentDetails&{}={}", name_.starts_with('@') ? "forHandle" : "id", percent_encoded(name_))));
    auto found = answer.root["items"].items();
    if (!found.empty()) playlist_ = found[0]["contentDetails"]["relatedPlaylists"]["uploads"].text();
    if (playlist_.empty()) return fail(Error::Kind::kNotFound, fmt::format("YouTube knows no channel {}", printable(name_)), "check `channels`: a handle such as @kelvane, or an id that begins with UC");
  }
  auto list = TRY(ask(fmt::format("/playlistItems?part=contentDetails&playlistId={}&maxResults={}{}", percent_encoded(playlist_), per_page,
                                  token.empty() ? "" : "&pageToken=" + percent_encoded(token))));
  if (!list.root["items"].is_array()) return fail(Error::Kind::kUpstream, "YouTube sent no list of videos", "try again later");
  std::string ids;
  for (const auto& item : list.root["items"].items()) ids += fmt::format("{}{}", ids.empty() ? "" : ",", item["contentDetails"]["videoId"].text());
  auto next = std::string{list.root["nextPageToken"].text()};
  if (ids.empty()) return Uploads{std::move(list), next, {}};
  auto videos = TRY(ask(fmt::format("/videos?part={}&id={}&maxResults={}", parts, percent_encoded(ids), kMostPerPage)));
  if (!videos.root["items"].is_array()) return fail(Error::Kind::kUpstream, "YouTube sent no videos", "try again later");
  auto day = day_of(videos.response);
  return Uploads{std::move(videos), next, day};
}

Result<> Channel::write_comments(const std::string& video, JsonWriter& json) {
  auto paged_through = [&](const std::string& path, auto take) -> Result<> {
    for (std::string token; ; ) {
      auto answer = TRY(ask(path + "&maxResults=100&textFormat=plainText" + (token.empty() ? "" : "&pageToken=" + percent_encoded(token))));
      if (!answer.root["items"].is_array()) return fail(Error::Kind::kUpstream, "YouTube sent no comments", "try again later");
      for (const auto& item : answer.root["items"].items()) TRY(take(item));
      auto next = std::string{answer.root["nextPageToken"].text()};
      if (next.empty() || next == token) return {};
      token = next;
    }
  };
  auto write = [&](const JsonValue& comment) -> Result<> {
    json.raw(comment.to_json());
    return {};
  };
  return paged_through("/commentThreads?part=snippet,replies&order=time&videoId=" + percent_encoded(video), [&](const JsonValue& thread) -> Result<> {
    TRY(write(thread["snippet"]["topLevelComment"]));
    auto here = thread["replies"]["comments"].items();
    // A thread brings a few of its replies along.
    if (thread["snippet"]["totalReplyCount"].integer().value_or(0) > static_cast<std::int64_t>(here.size()))
      return paged_through("/comments?part=snippet&parentId=" + percent_encoded(thread["id"].text()), write);
    for (const auto& reply : here) TRY(write(reply));
    return {};
  });
}

Result<RawRecord> Channel::record_of(const JsonValue& video, const std::string& id, Time published) {
  JsonWriter json;
  json.begin_object().key("video").raw(video.to_json()).key("comments").begin_array();
  // The number is missing where comments are turned off.
  if (video["statistics"]["commentCount"].integer().value_or(0) > 0) TRY(write_comments(id, json));
  return RawRecord{id, std::move(json.end_array().end_object()).text(), published, false};
}

Result<ListPage> Channel::videos(const std::string& token) {
  auto uploaded = TRY(uploads(token, kVideosPerPage, "snippet,contentDetails,statistics"));
  ListPage list;
  std::int64_t count = 0;
  if (!uploaded.day.empty())
    for (const auto& video : uploaded.videos.root["items"].items()) {
      ++count;
      auto id = std::string{video["id"].text()};
      auto published = parse_time(video["snippet"]["publishedAt"].text());
      if (id.empty() || !published) {
        list.page.rejected.push_back({fmt::format("{} after \"{}\", video {}", name_, token, count), "a video without its id or date", video.to_json().substr(0, 300)});
        continue;
      }
      list.newest = list.newest ? std::max(*list.newest, *published) : *published;
      list.oldest = list.oldest ? std::min(*list.oldest, *published) : *published;
      list.page.records.push_back(TRY(record_of(video, id, *published).in("video " + printable(id))));
    }
  list.token = uploaded.token;
  return list;
}

Result<ListPage> Channel::statistics(const std::string& token) {
  auto uploaded = TRY(uploads(token, kMostPerPage, "statistics"));
  ListPage list;
  if (!uploaded.day.empty())
    for (const auto& video : uploaded.videos.root["items"].items()) {
      if (video["id"].text().empty()) continue;  // `videos` has set it aside
      JsonWriter json;
      json.begin_object().key("video").value(video["id"].text()).key("day").value(uploaded.day).key("statistics").raw(video["statistics"].to_json()).end_object();
      list.page.records.push_back({fmt::format("{}/{}", video["id"].text(), uploaded.day), std::move(json).text(), std::nullopt, false});
    }
  list.token = uploaded.token;
  return list;
}

}  // namespace rapport::youtube
