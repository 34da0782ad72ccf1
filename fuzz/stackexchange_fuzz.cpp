// Any bytes as a line of each file of a dump.
#include "connectors/stackexchange/row.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using rapport::stackexchange::File;
  static rapport::stackexchange::RowParser parser;
  std::string_view line{reinterpret_cast<const char*>(data), size};
  std::vector<rapport::RowBatch> rows;
  for (const auto& table : rapport::stackexchange::staging_tables()) rows.emplace_back(table.columns);
  for (auto file : {File::kPosts, File::kComments, File::kUsers, File::kVotes}) parser.read(line, file, "", rows);
  return 0;
}
