// /api/v1/metrics/{name}/evidence: the activities behind one point.
#include "server/metric_json.h"
#include "server/routes.h"

namespace rapport {
namespace {

constexpr std::int64_t kFarthestOffset = 1'000'000'000;

void write_item(JsonWriter& json, const EvidenceItem& item) {
  json.begin_object().key("activity_id");
  write_id(json, item.activity_id);
  json.key("thread_id");
  write_id(json, item.thread_id);
  json.key("person_id");
  write_id(json, item.person_id);
  json.key("kind").value(item.kind).key("happened_at").value(format_time(item.happened_at)).key("person").value(item.person);
  json.key("person_kind").value(item.person_kind).key("is_team").value(item.is_team).key("organization").value(item.organization);
  json.key("source").value(item.source).key("place").value(item.place).key("title").value(item.title).key("excerpt").value(item.excerpt);
  json.key("url").value(safe_link(item.url)).end_object();
}

}  // namespace

Result<Answer> answer_evidence(const Request& request, Engine& store, const Site&) {
  const auto& metric = *TRY(find_metric(request.name));
  auto at = request.parameter("at");
  if (!at) return fail(Error::Kind::kBadInput, "`at` is missing", "give a day in the bucket, for example at=2021-03-01");
  auto day = TRY(parse_day(*at).in("parameter at"));
  auto grain = TRY(grain_of(request));
  auto filter = TRY(filter_of(request));
  auto limit = TRY(number_parameter(request, "limit", 50, 1, 500));
  auto offset = TRY(number_parameter(request, "offset", 0, 0, kFarthestOffset));
  auto evidence = TRY(evidence_of(store, metric, day, grain, request.parameter("segment").value_or("all"), filter, limit, offset));
  JsonWriter json;
  json.begin_object().key("total").value(evidence.total).key("items").begin_array();
  for (const auto& item : evidence.items) write_item(json, item);
  json.end_array().end_object();
  return Answer{.body = std::move(json).text()};
}

}  // namespace rapport
