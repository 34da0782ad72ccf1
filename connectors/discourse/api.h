// Requests to the API of a live forum, and what its refusals mean.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "base/settings.h"
#include "connectors/connector.h"
#include "http/http.h"

namespace rapport::discourse {

enum class Likes { kCounts, kNames, kNone };

struct Forum {
  std::string base;  // "https://forum.example.org", or with the folder it lives in; no slash at the end
  HttpHeaders headers;
  bool has_key = false;
  Likes likes = Likes::kCounts;
  bool directory = true;          // read the user directory
  std::int64_t look_back_us = 0;  // how far behind the newest topic each sync looks for silent changes
};

// Errors: kBadInput for settings that cannot work.
Result<Forum> forum_of(const Settings& settings);

// "https://forum.example.org/c/help/7?x=1" -> "https://forum.example.org".
std::string forum_address(std::string_view url);

// GET base + path as JSON; the value lives in `document`.
// Errors: kAuth for a forum that wants a login, kNotFound, kRateLimited, kUpstream; kBadInput when it is no JSON.
Result<JsonValue> get_json(const Forum& forum, Http& http, const std::string& path, JsonDocument& document);

struct FetchedTopic {
  std::optional<RawRecord> record;
  std::string trouble;  // why there is none
};
// One topic with all its posts, as a record; a tombstone when the forum no longer shows it to us; none when the forum
// breaks over it (500).
Result<FetchedTopic> fetch_topic(const Forum& forum, Http& http, std::int64_t id);

}  // namespace rapport::discourse
