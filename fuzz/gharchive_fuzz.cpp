// Any bytes as a line of an hour file.
#include "connectors/gharchive/event.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view line{reinterpret_cast<const char*>(data), size};
  static rapport::JsonDocument document;
  std::vector<rapport::RowBatch> rows;
  for (const auto& table : rapport::gharchive::staging_tables()) rows.emplace_back(table.columns);
  rapport::gharchive::read_event(document, line, {}, rows);
  auto first = rapport::gharchive::first_object(line);
  if (first.size() > line.size()) __builtin_trap();
  return 0;
}
