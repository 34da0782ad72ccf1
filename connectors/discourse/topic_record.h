// The raw record of one topic, the same whether it comes from the API or from an export.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "connectors/connector.h"

namespace rapport::discourse {

// The topic as /t/<id>.json gave it, with two differences: the lists of other topics that the forum suggests beside it
// are left out (they change with every reading and are a third of its size), and `more_posts`, JSON values of posts that
// came in further answers, stand with the others in post_stream.posts. `likers` is JSON: {"<post id>": [user, …], …},
// or empty where nobody asked.
// Errors: kBadInput when `topic` is no topic.
Result<RawRecord> topic_record(const JsonValue& topic, std::span<const std::string> more_posts, std::string_view likers);

// FNV-1a: the same on every machine.
std::uint64_t text_hash(std::string_view text);

}  // namespace rapport::discourse
