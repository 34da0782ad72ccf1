#include "sync/page_store.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rapport {
namespace {

constexpr ColumnSpec kRecordColumns[] = {{"record_id", ColumnType::kText}, {"json", ColumnType::kText}, {"updated_at", ColumnType::kTime},
                                         {"gone", ColumnType::kBool}};
constexpr ColumnSpec kRejectedColumns[] = {{"position", ColumnType::kText}, {"reason", ColumnType::kText}, {"excerpt", ColumnType::kText}};

Result<std::int64_t> count(Store& store, std::string_view table) {
  auto answer = TRY(store.query(fmt::format("SELECT count(*) FROM {}", table)));
  return to_integer(answer.rows[0][0]);
}

Parameters names_of(const StreamPosition& position) { return {{"source", position.source_id}, {"stream", position.stream}}; }

// False only for the first page of a first sync, the one that brings the most rows: there nothing is to be replaced.
Result<bool> may_hold(Store& store, std::string_view table, const StreamPosition& position) {
  if (position.caught_up_before || !position.cursor.empty()) return true;
  auto any = TRY(store.query(fmt::format("SELECT 1 FROM {} WHERE source_id = $source AND stream = $stream LIMIT 1", table), names_of(position)));
  return !any.rows.empty();
}

// Into raw_record: what is new or differs. Within a page the last word on a record counts.
Result<std::int64_t> store_records(Store& store, const StreamPosition& position, const Page& page, std::int64_t batch) {
  RowBatch rows{kRecordColumns};
  for (const auto& record : page.records) {
    rows.text(record.id).text(record.json);
    record.updated_at ? rows.time(*record.updated_at) : rows.null();
    rows.truth(record.gone);
  }
  TRY(store.execute("CREATE OR REPLACE TEMP TABLE page_record (record_id VARCHAR, json VARCHAR, updated_at TIMESTAMPTZ, gone BOOLEAN)"));
  TRY(store.append("page_record", rows));
  if (!page.scan_sql.empty())
    TRY(store.execute(fmt::format("INSERT INTO page_record SELECT record_id, json, NULL, false FROM ({})", page.scan_sql)));
  if (position.kind == StreamKind::kFullListing)
    TRY(store.execute("INSERT INTO listing_seen SELECT $source, $stream, record_id FROM page_record", names_of(position)));
  TRY(store.execute(
      "DELETE FROM page_record WHERE rowid NOT IN (SELECT max(rowid) FROM page_record GROUP BY record_id)"));
  if (TRY(may_hold(store, "raw_record", position))) {
    // What could not be read once and now is.
    TRY(store.execute("DELETE FROM rejected_record WHERE source_id = $source AND stream = $stream AND NOT of_model AND position IN (SELECT record_id FROM "
                      "page_record)", names_of(position)));
    TRY(store.execute("DELETE FROM page_record p USING raw_record r WHERE r.source_id = $source AND r.stream = $stream AND r.record_id = "
                      "p.record_id AND r.gone = p.gone AND (p.gone OR r.json = p.json)", names_of(position)));
    // A tombstone keeps the last words.
    TRY(store.execute("UPDATE page_record SET json = r.json, updated_at = coalesce(page_record.updated_at, r.updated_at) FROM raw_record r "
                      "WHERE page_record.gone AND r.source_id = $source AND r.stream = $stream AND r.record_id = page_record.record_id",
                      names_of(position)));
    TRY(store.execute("DELETE FROM raw_record WHERE source_id = $source AND stream = $stream AND record_id IN (SELECT record_id FROM page_record)",
                      names_of(position)));
  }
  auto changed = TRY(count(store, "page_record"));
  auto parameters = names_of(position);
  parameters.emplace_back("batch", batch);
  TRY(store.execute("INSERT INTO raw_record SELECT $source, $stream, record_id, nullif(json, ''), updated_at, now(), gone, $batch FROM page_record",
                    parameters));
  TRY(store.execute("DROP TABLE page_record"));
  return changed;
}

Result<std::int64_t> store_rows(Store& store, const StagingTable& staging, const StreamPosition& position, const RowBatch& rows, std::int64_t batch) {
  std::string columns;
  for (const auto& column : staging.columns) columns += fmt::format("{}{}", columns.empty() ? "" : ", ", column.name);
  TRY(store.execute(fmt::format("CREATE OR REPLACE TEMP TABLE page_row AS SELECT {} FROM {} LIMIT 0", columns, staging.name)));
  TRY(store.append("page_row", rows));
  TRY(store.execute("DELETE FROM page_row WHERE rowid NOT IN (SELECT max(rowid) FROM page_row GROUP BY record_id)"));
  if (TRY(may_hold(store, staging.name, position)))
    TRY(store.execute(fmt::format("DELETE FROM {} WHERE source_id = $source AND stream = $stream AND record_id IN (SELECT record_id FROM page_row)",
                                  staging.name), names_of(position)));
  auto changed = TRY(count(store, "page_row"));
  auto parameters = names_of(position);
  parameters.emplace_back("batch", batch);
  TRY(store.execute(fmt::format("INSERT INTO {} (source_id, stream, batch, {}) SELECT $source, $stream, $batch, {} FROM page_row", staging.name,
                                columns, columns), parameters));
  TRY(store.execute("DROP TABLE page_row"));
  return changed;
}

Result<> store_rejected(Store& store, const StreamPosition& position, const std::vector<Rejected>& rejected) {
  if (rejected.empty()) return {};
  RowBatch rows{kRejectedColumns};
  for (const auto& one : rejected) rows.text(one.position).text(one.reason).text(std::string_view{one.excerpt}.substr(0, 500));
  TRY(store.execute("CREATE OR REPLACE TEMP TABLE page_rejected (position VARCHAR, reason VARCHAR, excerpt VARCHAR)"));
  TRY(store.append("page_rejected", rows));
  TRY(store.execute("DELETE FROM rejected_record WHERE source_id = $source AND stream = $stream AND NOT of_model AND position IN (SELECT position FROM page_rejected)",
                    names_of(position)));
  TRY(store.execute("INSERT INTO rejected_record SELECT $source, $stream, position, reason, excerpt, now(), false FROM page_rejected", names_of(position)));
  return store.execute("DROP TABLE page_rejected");
}

Result<std::int64_t> mark_gone(Store& store, const StreamPosition& position, const std::string& where, std::int64_t batch) {
  auto parameters = names_of(position);
  parameters.emplace_back("batch", batch);
  auto gone = TRY(store.query(fmt::format("UPDATE raw_record SET gone = true, batch = $batch WHERE source_id = $source AND stream = $stream AND NOT gone "
                                          "AND ({}) RETURNING record_id", where), parameters));
  return static_cast<std::int64_t>(gone.rows.size());
}

// At the end of a full listing: what it did not show is gone.
Result<std::int64_t> close_listing(Store& store, const StreamPosition& position, std::int64_t batch) {
  auto gone = TRY(mark_gone(store, position, fmt::format("record_id NOT IN (SELECT record_id FROM listing_seen WHERE source_id = {} AND stream = {})",
                                                         position.source_id, sql_quoted(position.stream)), batch));
  TRY(store.execute("DELETE FROM listing_seen WHERE source_id = $source AND stream = $stream", names_of(position)));
  return gone;
}

Result<> store_state(Store& store, const StreamPosition& position, bool caught_up, const std::string& error) {
  auto parameters = names_of(position);
  parameters.emplace_back("cursor", position.cursor);
  parameters.emplace_back("caught_up", caught_up);
  parameters.emplace_back("error", error.empty() ? Value{} : Value{error});
  auto before = TRY(store.query("SELECT caught_up_at FROM sync_state WHERE source_id = $source AND stream = $stream", names_of(position)));
  parameters.emplace_back("before", before.rows.empty() ? Value{} : before.rows[0][0]);
  TRY(store.execute("DELETE FROM sync_state WHERE source_id = $source AND stream = $stream", names_of(position)));
  return store.execute("INSERT INTO sync_state SELECT $source, $stream, $cursor, CASE WHEN $caught_up THEN now() ELSE $before::TIMESTAMPTZ END, now(), $error",
                       parameters);
}

}  // namespace

Result<StreamPosition> position_of(Store& store, std::int64_t source_id, const Stream& stream) {
  StreamPosition position{source_id, std::string{stream.name}, stream.kind, {}, false};
  auto rows = TRY(store.query("SELECT cursor, caught_up_at IS NOT NULL FROM sync_state WHERE source_id = $source AND stream = $stream",
                              names_of(position))).rows;
  if (!rows.empty()) {
    position.cursor = to_text(rows[0][0]);
    position.caught_up_before = to_integer(rows[0][1]) != 0;
  }
  return position;
}

Result<PageResult> store_page(Store& store, const ConnectorInfo& connector, StreamPosition& position, const Page& page, std::int64_t batch) {
  auto transaction = TRY(Transaction::begin(store));
  PageResult result;
  if (!page.records.empty() || !page.scan_sql.empty()) result.records += TRY(store_records(store, position, page, batch));
  for (std::size_t i = 0; i < page.rows.size(); ++i)
    if (page.rows[i].rows() > 0) result.records += TRY(store_rows(store, connector.staging[i], position, page.rows[i], batch));
  if (!page.gone_where.empty()) result.records += TRY(mark_gone(store, position, page.gone_where, batch));
  TRY(store_rejected(store, position, page.rejected));
  result.rejected = static_cast<std::int64_t>(page.rejected.size());
  if (page.caught_up && position.kind == StreamKind::kFullListing) result.records += TRY(close_listing(store, position, batch));
  position.cursor = page.next;
  TRY(store_state(store, position, page.caught_up, {}));
  TRY(transaction.commit());
  position.caught_up_before |= page.caught_up;
  return result;
}

Result<> store_failure(Store& store, const StreamPosition& position, const Error& error) {
  return store_state(store, position, false, error.what);
}

}  // namespace rapport
