// /api/v1/filters: what can be filtered by, each with how much there is.
#include "base/json_writer.h"
#include "server/routes.h"

namespace rapport {
namespace {

constexpr const char* kSources = R"(
SELECT s.name, count(a.activity_id) FROM source s LEFT JOIN activity_people a USING (source_id)
GROUP BY s.name ORDER BY 2 DESC, 1)";
constexpr const char* kPlaces = R"(
SELECT p.name, s.name, p.kind, a.activities
FROM (SELECT place_id, count(*) AS activities FROM activity_people WHERE place_id IS NOT NULL GROUP BY place_id) a
JOIN place p USING (place_id) JOIN source s ON s.source_id = p.source_id
ORDER BY a.activities DESC, p.name, s.name LIMIT 500)";
constexpr const char* kOrganizations = R"(
SELECT organization, count(*) FROM activity_people WHERE organization IS NOT NULL
GROUP BY organization ORDER BY 2 DESC, 1 LIMIT 500)";

void write_counts(JsonWriter& json, const Table& table) {
  json.begin_array();
  for (const auto& row : table.rows)
    json.begin_object().key("name").value(to_text(row[0])).key("activities").value(to_integer(row[1])).end_object();
  json.end_array();
}

}  // namespace

Result<Answer> answer_filters(const Request&, Engine& store, const Site&) {
  auto places = TRY(store.query(kPlaces));
  JsonWriter json;
  json.begin_object().key("sources");
  write_counts(json, TRY(store.query(kSources)));
  json.key("places").begin_array();
  for (const auto& row : places.rows)
    json.begin_object().key("name").value(to_text(row[0])).key("source").value(to_text(row[1])).key("kind").value(to_text(row[2]))
        .key("activities").value(to_integer(row[3])).end_object();
  json.end_array().key("organizations");
  write_counts(json, TRY(store.query(kOrganizations)));
  json.end_object();
  return Answer{.body = std::move(json).text()};
}

}  // namespace rapport
