// Any bytes as a calendar.
#include "connectors/ical/parse.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  rapport::Page page;
  rapport::ical::looks_like_calendar(text);
  rapport::ical::read_calendar(text, "fuzz.ics", page);
  for (const auto& record : page.records) {
    rapport::JsonDocument document;
    if (record.id.empty() || !document.parse(record.json)) __builtin_trap();
  }
  return 0;
}
