// Any bytes as lines of an access log.
#include "base/text.h"
#include "connectors/accesslog/counts.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  rapport::accesslog::LineParser parser;
  rapport::accesslog::Hit hit;
  rapport::accesslog::DayCounts counts{{}, std::make_shared<rapport::accesslog::Names>("own.example")};
  for (auto line : rapport::split({reinterpret_cast<const char*>(data), size}, '\n'))
    if (parser.read(line, hit).empty() && hit.status != 0) counts.add(hit);
  rapport::RowBatch rows{rapport::accesslog::staging_tables().front().columns};
  counts.write({}, "log", rows);
  return 0;
}
