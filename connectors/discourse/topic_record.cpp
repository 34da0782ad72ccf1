#include "connectors/discourse/topic_record.h"

#include <fmt/format.h>

#include "base/json_writer.h"

namespace rapport::discourse {
namespace {

void write_post_stream(JsonWriter& json, const JsonValue& stream, std::span<const std::string> more_posts) {
  if (more_posts.empty()) {
    json.raw(stream.to_json());
    return;
  }
  json.begin_object();
  for (const auto& [name, value] : stream.members()) {
    json.key(name);
    if (name != "posts") {
      json.raw(value.to_json());
      continue;
    }
    json.begin_array();
    for (const auto& post : value.items()) json.raw(post.to_json());
    for (const auto& post : more_posts) json.raw(post);
    json.end_array();
  }
  json.end_object();
}

}  // namespace

Result<RawRecord> topic_record(const JsonValue& topic, std::span<const std::string> more_posts, std::string_view likers) {
  if (!topic.is_object()) return fail(Error::Kind::kBadInput, "not a topic: expected a JSON object");
  auto id = topic["id"].integer();
  if (!id) return fail(Error::Kind::kBadInput, "not a topic: it has no id");
  if (!topic["post_stream"].is_object()) return fail(Error::Kind::kBadInput, "not a topic: it has no post_stream");
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : topic.members()) {
    if (name == "suggested_topics" || name == "related_topics") continue;
    json.key(name);
    if (name == "post_stream") write_post_stream(json, value, more_posts);
    else json.raw(value.to_json());
  }
  if (!likers.empty()) json.key("likers").raw(likers);
  json.end_object();
  RawRecord record{fmt::format("{}", *id), std::move(json).text(), {}, false};
  if (auto last = parse_time(topic["last_posted_at"].text())) record.updated_at = *last;
  return record;
}

std::uint64_t text_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

}  // namespace rapport::discourse
