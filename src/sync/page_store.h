// Writes one page of a stream and its cursor in one transaction.
#pragma once

#include "connectors/connector.h"
#include "store/store.h"

namespace rapport {

struct StreamPosition {
  std::int64_t source_id = 0;
  std::string stream;
  StreamKind kind = StreamKind::kIncremental;
  std::string cursor;
  bool caught_up_before = false;  // the stream has been read to its end at least once
};

struct PageResult {
  std::int64_t records = 0;  // new or changed
  std::int64_t rejected = 0;
};

Result<StreamPosition> position_of(Store& store, std::int64_t source_id, const Stream& stream);

// Stores `page`; on return `position` is where to go on. Writing the same page again changes nothing.
Result<PageResult> store_page(Store& store, const ConnectorInfo& connector, StreamPosition& position, const Page& page, std::int64_t batch);

// Remembers why a stream could not be read further.
Result<> store_failure(Store& store, const StreamPosition& position, const Error& error);

}  // namespace rapport
