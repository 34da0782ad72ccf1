#include "sync/model.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rapport {
namespace {

// What a model may fill. Keys are the source's own; merge() turns them into ids.
constexpr const char* kOutputTables = R"(
CREATE OR REPLACE TEMP TABLE out_place (key VARCHAR, kind VARCHAR, name VARCHAR, url VARCHAR);
CREATE OR REPLACE TEMP TABLE out_account (key VARCHAR, platform VARCHAR, login VARCHAR, name VARCHAR, email VARCHAR, kind VARCHAR,
  seen_at TIMESTAMPTZ);
CREATE OR REPLACE TEMP TABLE out_thread (key VARCHAR, place_key VARCHAR, title VARCHAR, url VARCHAR, opened_at TIMESTAMPTZ,
  opened_by_key VARCHAR);
CREATE OR REPLACE TEMP TABLE out_activity (stream VARCHAR, record_id VARCHAR, key VARCHAR, kind VARCHAR, place_key VARCHAR,
  thread_key VARCHAR, parent_key VARCHAR, account_key VARCHAR, happened_at TIMESTAMPTZ, title VARCHAR, text VARCHAR, url VARCHAR,
  amount DOUBLE, attributes JSON);
CREATE OR REPLACE TEMP TABLE out_rejected (stream VARCHAR, record_id VARCHAR, reason VARCHAR, excerpt VARCHAR);
CREATE OR REPLACE TEMP TABLE out_hint (kind VARCHAR, name VARCHAR, email VARCHAR, other_name VARCHAR, other_email VARCHAR);
CREATE OR REPLACE TEMP TABLE out_reread (stream VARCHAR, record_id VARCHAR);
)";

// An activity that can be one; others are set aside.
constexpr const char* kUsable = "key IS NOT NULL AND kind IS NOT NULL AND happened_at IS NOT NULL";

constexpr const char* kDropOutputs = R"(
DROP TABLE out_place; DROP TABLE out_account; DROP TABLE out_thread; DROP TABLE out_activity; DROP TABLE out_rejected;
DROP TABLE out_hint; DROP TABLE out_reread;
)";

const char* duckdb_type(ColumnType type) {
  switch (type) {
    case ColumnType::kText: return "VARCHAR";
    case ColumnType::kInteger: return "BIGINT";
    case ColumnType::kReal: return "DOUBLE";
    case ColumnType::kBool: return "BOOLEAN";
    case ColumnType::kTime: return "TIMESTAMPTZ";
  }
  return "VARCHAR";
}

struct Progressed {
  std::int64_t batch = -1;  // last batch that was modelled; -1 = none yet
  std::string version;
};

Result<Progressed> progress_of(Store& store, std::int64_t source_id) {
  auto rows = TRY(store.query("SELECT batch, model_version FROM model_state WHERE source_id = $source", {{"source", source_id}})).rows;
  if (rows.empty()) return Progressed{};
  return Progressed{to_integer(rows[0][0]), to_text(rows[0][1])};
}

// The views `changed` and `changed_<staging>`, and the table `changed_key` of every record they hold.
Result<> offer_inputs(Store& store, const ModelSource& source, std::int64_t after_batch) {
  auto id = source.source_id;
  TRY(store.execute(fmt::format(
      "CREATE OR REPLACE TEMP VIEW changed AS SELECT stream, record_id, json, updated_at FROM raw_record WHERE source_id = {} AND "
      "batch > {} AND NOT gone;"
      "CREATE OR REPLACE TEMP TABLE changed_key AS SELECT stable_id({} || '/' || stream || '/' || record_id) AS record_key, stream, record_id "
      "FROM raw_record WHERE source_id = {} AND batch > {};",
      id, after_batch, sql_quoted(source.name), id, after_batch)));
  for (const auto& staging : source.connector->staging) {
    TRY(store.execute(fmt::format(
        "CREATE OR REPLACE TEMP VIEW changed_{0} AS SELECT * FROM {0} WHERE source_id = {1} AND batch > {2};"
        "INSERT INTO changed_key SELECT stable_id({3} || '/' || stream || '/' || record_id), stream, record_id FROM {0} WHERE "
        "source_id = {1} AND batch > {2};",
        staging.name, id, after_batch, sql_quoted(source.name))));
  }
  return {};
}

// Whatever the model said replaces what the same records said before. `cleared`: so does it what all others of the source said.
Result<> merge(Store& store, const ModelSource& source, bool cleared) {
  auto id = source.source_id;
  auto name = sql_quoted(source.name);
  auto key_id = [&](std::string_view kind, std::string_view column) {
    return fmt::format("stable_id({} || '/{}/' || {})", name, kind, column);
  };
  std::string script;
  if (cleared) {
    for (const char* table : {"place", "account", "thread", "activity", "identity_hint"})
      script += fmt::format("DELETE FROM {} WHERE source_id = {};", table, id);
  } else {
    script += fmt::format(
        "DELETE FROM activity WHERE source_id = {} AND (record_key IN (SELECT record_key FROM changed_key) OR record_key IN (SELECT "
        "stable_id({} || '/' || stream || '/' || record_id) FROM out_reread));",
        id, name);
  }
  // Places and threads: the newest word counts. Ties are broken by content, so that the order of rows never matters.
  script += fmt::format(
      "CREATE OR REPLACE TEMP TABLE new_place AS SELECT {} AS place_id, kind, name, url FROM out_place QUALIFY row_number() OVER "
      "(PARTITION BY key ORDER BY name DESC NULLS LAST, url DESC NULLS LAST, kind) = 1;"
      "DELETE FROM place WHERE place_id IN (SELECT place_id FROM new_place);"
      "INSERT INTO place SELECT place_id, {}, kind, name, url FROM new_place; DROP TABLE new_place;",
      key_id("place", "key"), id);
  script += fmt::format(
      "CREATE OR REPLACE TEMP TABLE new_thread AS SELECT {} AS thread_id, {} AS place_id, title, url, opened_at, {} AS opened_by FROM "
      "out_thread QUALIFY row_number() OVER (PARTITION BY key ORDER BY opened_at NULLS LAST, title DESC NULLS LAST, url DESC NULLS LAST) = 1;"
      "DELETE FROM thread WHERE thread_id IN (SELECT thread_id FROM new_thread);"
      "INSERT INTO thread SELECT thread_id, {}, place_id, title, url, opened_at, opened_by, NULL FROM new_thread; DROP TABLE new_thread;",
      key_id("thread", "key"), key_id("place", "place_key"), key_id("account", "opened_by_key"), id);
  // Accounts are seen in many records: each attribute as last seen.
  script += fmt::format(
      "CREATE OR REPLACE TEMP TABLE sighting AS SELECT {0} AS account_id, key AS native_id, platform, login, name, email, kind, "
      "coalesce(seen_at, 'epoch'::TIMESTAMPTZ) AS seen_at FROM out_account WHERE key IS NOT NULL;"
      "INSERT INTO sighting SELECT account_id, native_id, platform, login, name, email, kind, seen_at FROM account WHERE account_id IN "
      "(SELECT account_id FROM sighting);"
      "DELETE FROM account WHERE account_id IN (SELECT account_id FROM sighting);"
      "INSERT INTO account SELECT account_id, {1}, max(platform), max(native_id), arg_max(login, (seen_at, login)), arg_max(name, (seen_at, "
      "name)), arg_max(email, (seen_at, email)), arg_max(kind, (seen_at, kind)), max(seen_at) FROM sighting GROUP BY account_id;"
      "DROP TABLE sighting;",
      key_id("account", "key"), id);
  // Activities: of a key that several records tell of, the first record counts. Hardly any are, so they are looked for by
  // their keys alone, and the wide rows are copied once.
  script += fmt::format(
      "CREATE OR REPLACE TEMP TABLE repeated AS SELECT key FROM out_activity WHERE {0} GROUP BY key HAVING count(*) > 1;"
      "DELETE FROM out_activity WHERE {0} AND key IN (FROM repeated) AND rowid NOT IN (SELECT arg_min(rowid, (stream, record_id)) FROM "
      "out_activity WHERE {0} AND key IN (FROM repeated) GROUP BY key);"
      "DROP TABLE repeated;",
      kUsable);
  if (!cleared)
    script += fmt::format("DELETE FROM activity WHERE source_id = {} AND activity_id IN (SELECT {} FROM out_activity WHERE {});", id,
                          key_id("activity", "key"), kUsable);
  script += fmt::format(
      "INSERT INTO activity SELECT {0}, {1}, {2}, {3}, {4}, {5}, kind, happened_at, title, text, url, coalesce(amount, 1), attributes, "
      "stable_id({6} || '/' || stream || '/' || record_id) FROM out_activity WHERE {7};",
      key_id("activity", "key"), id, key_id("place", "place_key"), key_id("thread", "thread_key"), key_id("activity", "parent_key"),
      key_id("account", "account_key"), name, kUsable);
  // What a model could not use is set aside, not lost: with its reason, or for want of a time or kind.
  script += fmt::format(
      "DELETE FROM rejected_record WHERE source_id = {0} AND of_model AND (stream, position) IN (SELECT (stream, record_id) FROM changed_key);"
      "INSERT INTO rejected_record SELECT {0}, stream, record_id, reason, left(excerpt, 500), now(), true FROM out_rejected;"
      "INSERT INTO rejected_record SELECT {0}, stream, record_id, 'no ' || CASE WHEN key IS NULL THEN 'id' WHEN kind IS NULL THEN 'kind' "
      "ELSE 'time' END || ' could be read', left(coalesce(title, text, ''), 500), now(), true FROM out_activity WHERE NOT ({1});",
      id, kUsable);
  // Only full listings give hints, so the whole of them is there each time any is.
  script += fmt::format(
      "DELETE FROM identity_hint WHERE source_id = {0} AND EXISTS (SELECT 1 FROM out_hint);"
      "INSERT INTO identity_hint SELECT DISTINCT {0}, kind, name, email, other_name, other_email FROM out_hint;",
      id);
  // Threads that only their activities tell of, and what activities say about every touched thread.
  script += fmt::format(
      "CREATE OR REPLACE TEMP TABLE touched AS SELECT {1} AS thread_id FROM (SELECT DISTINCT thread_key FROM out_activity WHERE thread_key IS "
      "NOT NULL AND {2});"
      "INSERT INTO thread SELECT a.thread_id, {0}, any_value(a.place_id), arg_min(a.title, a.happened_at), arg_min(a.url, a.happened_at), "
      "min(a.happened_at), arg_min(a.account_id, a.happened_at), NULL FROM activity a JOIN touched USING (thread_id) ANTI JOIN thread USING "
      "(thread_id) WHERE a.source_id = {0} GROUP BY a.thread_id;"
      "UPDATE thread SET answered_at = x.answered_at FROM (SELECT a.thread_id, min(a.happened_at) FILTER (a.kind = 'answer' AND "
      "(a.attributes->>'accepted') IS DISTINCT FROM 'false') AS answered_at "
      "FROM activity a JOIN touched USING (thread_id) WHERE a.source_id = {0} GROUP BY a.thread_id) x WHERE thread.thread_id = x.thread_id "
      "AND thread.answered_at IS DISTINCT FROM x.answered_at;"
      "DROP TABLE touched;",
      id, key_id("thread", "thread_key"), kUsable);
  return store.execute(script).in("merging what the model said");
}

}  // namespace

Result<std::int64_t> source_id_of(Engine& store, std::string_view name) {
  auto answer = TRY(store.query("SELECT stable_id('source/' || $name)", {{"name", std::string{name}}}));
  return to_integer(answer.rows[0][0]);
}

Result<> ensure_staging(Store& store, const ConnectorInfo& connector) {
  for (const auto& staging : connector.staging) {
    std::string columns = "source_id BIGINT, stream VARCHAR, batch BIGINT";
    for (const auto& column : staging.columns) columns += fmt::format(", {} {}", column.name, duckdb_type(column.type));
    TRY(store.execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", staging.name, columns)));
    for (const auto& column : staging.columns)
      TRY(store.execute(fmt::format("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}", staging.name, column.name, duckdb_type(column.type))));
  }
  return {};
}

namespace {

Result<ModelResult> run_in_transaction(Store& store, const ModelSource& source, ModelScope scope) {
  auto transaction = TRY(Transaction::begin(store));
  auto before = TRY(progress_of(store, source.source_id));
  auto version_answer = TRY(store.query("SELECT md5($sql)", {{"sql", source.model_sql}}));
  auto version = to_text(version_answer.rows[0][0]);

  ModelResult result;
  result.everything = scope == ModelScope::kAll || before.version != version;
  if (!result.everything) {
    // A record that went takes threads and accounts with it that only all the others can tell.
    auto gone = TRY(store.query("SELECT count(*) FROM raw_record WHERE source_id = $source AND batch > $batch AND gone",
                                {{"source", source.source_id}, {"batch", before.batch}}));
    result.everything = to_integer(gone.rows[0][0]) > 0;
  }
  TRY(offer_inputs(store, source, result.everything ? -1 : before.batch));
  auto changed = TRY(store.query("SELECT count(*) FROM changed_key"));
  result.records = to_integer(changed.rows[0][0]);
  if (result.records == 0 && !result.everything) return result;

  TRY(store.execute(kOutputTables));
  TRY(store.execute(fmt::format("SET VARIABLE source_name = {}; SET VARIABLE source_url = {};", sql_quoted(source.name), sql_quoted(source.url))));
  TRY(store.execute(source.model_sql).in(fmt::format("the model of connector {}", source.connector->name)));
  // What raw records said that were let go, nobody can say again: it stays.
  auto let_go = TRY(store.query("SELECT count(*) FROM raw_let_go WHERE source_id = $source", {{"source", source.source_id}}));
  TRY(merge(store, source, result.everything && to_integer(let_go.rows[0][0]) == 0));
  auto counts = TRY(store.query(fmt::format("SELECT count(*) FILTER ({0}), count(*) FILTER (NOT ({0})) + (SELECT count(*) FROM out_rejected) FROM out_activity",
                                            kUsable)));
  result.activities = to_integer(counts.rows[0][0]);
  result.rejected = to_integer(counts.rows[0][1]);
  TRY(store.execute("DROP TABLE changed_key;"));
  TRY(store.execute(kDropOutputs));

  std::string newest = "SELECT max(batch) AS batch FROM raw_record WHERE source_id = $source";
  for (const auto& staging : source.connector->staging) newest += fmt::format(" UNION ALL SELECT max(batch) FROM {} WHERE source_id = $source", staging.name);
  TRY(store.execute("DELETE FROM model_state WHERE source_id = $source", {{"source", source.source_id}}));
  TRY(store.execute(fmt::format("INSERT INTO model_state SELECT $source, greatest($before, coalesce(max(batch), 0)), $version, now() FROM ({})", newest),
                    {{"source", source.source_id}, {"before", before.batch}, {"version", version}}));
  TRY(transaction.commit());
  return result;
}

}  // namespace

Result<ModelResult> run_model(Store& store, const ModelSource& source, ModelScope scope) {
  TRY(store.execute("SET VARIABLE model_step = NULL"));
  auto result = run_in_transaction(store, source, scope);
  if (result) return result;
  // Variables outlive the transaction: what the model said it was doing.
  auto step = store.query("SELECT getvariable('model_step')");
  if (step && !step->rows.empty())
    if (auto text = to_text(step->rows[0][0]); !text.empty()) result.error().trail.insert(result.error().trail.begin(), text);
  return result;
}

}  // namespace rapport
