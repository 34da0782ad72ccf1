// /api/v1/rejected: records that were set aside, with position and reason.
#include "base/json_writer.h"
#include "server/routes.h"

namespace rapport {
namespace {

constexpr std::int64_t kFarthestOffset = 1'000'000'000;

}  // namespace

Result<Answer> answer_rejected(const Request& request, Engine& store, const Site&) {
  auto limit = TRY(number_parameter(request, "limit", 100, 1, 1000));
  auto offset = TRY(number_parameter(request, "offset", 0, 0, kFarthestOffset));
  auto source = request.parameter("source");
  Parameters parameters{{"source", source ? Value{*source} : Value{}}, {"limit", limit}, {"offset", offset}};
  if (source && TRY(store.query("SELECT 1 FROM source WHERE name = $source", parameters)).rows.empty())
    return fail(Error::Kind::kNotFound, "no source called `" + *source + "`", "/api/v1/filters lists them");
  std::string from = " FROM rejected_record r JOIN source s USING (source_id)";
  if (source) from += " WHERE s.name = $source";
  auto total = TRY(store.query("SELECT count(*)" + from, parameters));
  auto page = TRY(store.query("SELECT s.name, r.stream, r.position, r.reason, r.excerpt" + from + " ORDER BY ALL LIMIT $limit OFFSET $offset", parameters));
  JsonWriter json;
  json.begin_object().key("total").value(to_integer(total.rows[0][0])).key("items").begin_array();
  for (const auto& row : page.rows)
    json.begin_object().key("source").value(to_text(row[0])).key("stream").value(to_text(row[1])).key("position").value(to_text(row[2]))
        .key("reason").value(to_text(row[3])).key("excerpt").value(to_text(row[4])).end_object();
  json.end_array().end_object();
  return Answer{.body = std::move(json).text()};
}

}  // namespace rapport
