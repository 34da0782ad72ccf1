// Any bytes as a feed: RSS, Atom, JSON Feed, a list of feeds, in any encoding. What becomes a record is JSON.
// sources: connectors/feed/parse.cpp connectors/feed/node_json.cpp connectors/feed/encoding.cpp connectors/xml.cpp
#include "base/json.h"
#include "connectors/feed/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  rapport::Page page;
  rapport::feed::looks_like_feed(text);
  rapport::feed::looks_like_list(text);
  auto parsed = rapport::feed::parse_feed(text, size % 3 == 0 ? "iso-8859-1" : "", "https://blog.example/feed", page);
  (void)rapport::feed::place_of_problem("https://blog.example/feed", parsed);
  for (const auto& record : page.records) {
    rapport::JsonDocument document;
    if (record.id.empty() || !document.parse(record.json)) __builtin_trap();
  }
  return 0;
}
