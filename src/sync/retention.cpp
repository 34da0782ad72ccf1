#include "sync/retention.h"

#include <fmt/format.h>

namespace rapport {

Result<std::int64_t> let_go_of_raw(Store& store, std::int64_t source_id, std::span<const Stream> streams, std::chrono::days keep) {
  auto transaction = TRY(Transaction::begin(store));
  Parameters parameters{{"source", source_id}, {"before", format_time(now() - keep)}};
  std::int64_t count = 0;
  for (const auto& stream : streams) {
    if (stream.kind != StreamKind::kIncremental) continue;
    auto went = TRY(store.query(fmt::format("DELETE FROM raw_record WHERE source_id = $source AND stream = {} AND coalesce(updated_at, fetched_at) < $before::TIMESTAMPTZ "
                                            "AND batch <= (SELECT max(batch) FROM model_state WHERE source_id = $source) RETURNING 1",
                                            sql_quoted(stream.name)), parameters));
    count += static_cast<std::int64_t>(went.rows.size());
  }
  if (count == 0) return count;
  parameters.emplace_back("count", count);
  auto earlier = TRY(store.query("SELECT coalesce(max(records), 0) FROM raw_let_go WHERE source_id = $source", {{"source", source_id}}));
  parameters.emplace_back("earlier", earlier.rows[0][0]);
  TRY(store.execute("DELETE FROM raw_let_go WHERE source_id = $source", {{"source", source_id}}));
  TRY(store.execute("INSERT INTO raw_let_go SELECT $source, $before::TIMESTAMPTZ, $earlier + $count", parameters));
  TRY(transaction.commit());
  return count;
}

}  // namespace rapport
