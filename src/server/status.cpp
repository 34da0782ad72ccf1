// /api/v1/status: state of the workspace and freshness of its sources.
#include <algorithm>

#include "base/json_writer.h"
#include "server/routes.h"
#include "workspace/workspace.h"

namespace rapport {
namespace {

constexpr const char* kTotals = R"(
SELECT (SELECT count(*) FROM activity), (SELECT count(*) FROM person), (SELECT count(*) FROM rejected_record),
       (SELECT count(*) FROM team_rule WHERE kind IN ('team', 'team_domain')))";
constexpr const char* kSources = R"(
SELECT s.source_id, s.name, s.connector, s.url, coalesce(a.activities, 0), a.newest
FROM source s LEFT JOIN (SELECT source_id, count(*) AS activities, max(happened_at)::DATE AS newest FROM activity GROUP BY source_id) a
USING (source_id) ORDER BY s.name)";
constexpr const char* kStreams = R"(
SELECT st.source_id, st.stream, st.caught_up_at, st.last_run_at, st.last_error, coalesce(r.set_aside, 0)
FROM sync_state st
LEFT JOIN (SELECT source_id, stream, count(*) AS set_aside FROM rejected_record GROUP BY ALL) r USING (source_id, stream)
ORDER BY st.stream)";

void write_cell(JsonWriter& json, const Value& value, ValueType type = ValueType::kText) {
  if (is_null(value)) json.null();
  else json.value(to_text(value, type));
}

std::int64_t bytes_of(const std::filesystem::path& database) {
  std::int64_t sum = 0;
  for (const auto& path : {database, std::filesystem::path{database.string() + ".wal"}}) {
    std::error_code failed;
    auto size = std::filesystem::file_size(path, failed);
    if (!failed) sum += static_cast<std::int64_t>(size);
  }
  return sum;
}

void write_streams(JsonWriter& json, const Table& streams, std::int64_t source_id) {
  json.begin_array();
  for (const auto& row : streams.rows) {
    if (to_integer(row[0]) != source_id) continue;
    json.begin_object().key("stream").value(to_text(row[1])).key("caught_up_at");
    write_cell(json, row[2], ValueType::kTime);
    json.key("last_run_at");
    write_cell(json, row[3], ValueType::kTime);
    json.key("last_error");
    write_cell(json, row[4]);
    json.key("set_aside").value(to_integer(row[5])).end_object();
  }
  json.end_array();
}

// Sources of rapport.toml that no sync has seen. None if that file cannot be read just now, which /api/v1/sources tells: what was
// collected is shown all the same.
std::vector<SourceConfig> not_synced_yet(const Table& synced, const Site& site) {
  auto workspace = open_workspace(site.home);
  if (!workspace) return {};
  std::erase_if(workspace->sources, [&](const SourceConfig& source) {
    return std::any_of(synced.rows.begin(), synced.rows.end(), [&](const auto& row) { return to_text(row[1]) == source.name; });
  });
  return std::move(workspace->sources);
}

}  // namespace

Result<Answer> answer_status(const Request&, Engine& store, const Site& site) {
  auto totals = TRY(store.query(kTotals));
  auto sources = TRY(store.query(kSources));
  auto streams = TRY(store.query(kStreams));
  auto span = TRY(data_span(store));
  JsonWriter json;
  json.begin_object().key("project").value(site.project).key("version").value(site.version);
  json.key("database_bytes").value(bytes_of(site.database)).key("first_day");
  if (span) json.value(format_day(span->first)).key("last_day").value(format_day(span->last));
  else json.null().key("last_day").null();
  const auto& row = totals.rows[0];
  json.key("activities").value(to_integer(row[0])).key("people").value(to_integer(row[1])).key("set_aside").value(to_integer(row[2]));
  json.key("team_known").value(to_integer(row[3]) > 0).key("sources").begin_array();
  for (const auto& source : sources.rows) {
    json.begin_object().key("name").value(to_text(source[1])).key("connector").value(to_text(source[2])).key("url").value(to_text(source[3]));
    json.key("activities").value(to_integer(source[4])).key("newest");
    write_cell(json, source[5], ValueType::kDay);
    json.key("streams");
    write_streams(json, streams, to_integer(source[0]));
    json.end_object();
  }
  for (const auto& source : not_synced_yet(sources, site)) {
    json.begin_object().key("name").value(source.name).key("connector").value(source.connector).key("url").value("");
    json.key("activities").value(0).key("newest").null().key("streams").begin_array().end_array().end_object();
  }
  json.end_array().end_object();
  return Answer{.body = std::move(json).text()};
}

}  // namespace rapport
