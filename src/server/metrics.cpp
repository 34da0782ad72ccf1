// /api/v1/metrics, /api/v1/metrics/{name} and its CSV.
#include "metrics/metric.h"

#include "server/metric_json.h"
#include "server/routes.h"
#include "store/csv.h"

namespace rapport {

Result<Answer> answer_metrics(const Request&, Engine&, const Site&) {
  JsonWriter json;
  json.begin_array();
  for (const auto& metric : metrics()) write_metric(json, metric);
  json.end_array();
  return Answer{.body = std::move(json).text()};
}

Result<Answer> answer_metric(const Request& request, Engine& store, const Site&) {
  const auto& metric = *TRY(find_metric(request.name));
  auto filter = TRY(filter_of(request));
  auto window = TRY(window_of(request, store));
  auto all = TRY(evaluate(store, metric, window, filter));
  JsonWriter json;
  json.begin_object().key("metric");
  write_metric(json, metric);
  json.key("from").value(format_day(window.from)).key("to").value(format_day(window.to)).key("grain").value(grain_name(window.grain));
  json.key("who").value(filter.who ? who_name(*filter.who) : std::string_view{metric.who});
  json.key("series").begin_array();
  for (const auto& series : all) {
    json.begin_object().key("segment").value(series.segment).key("points").begin_array();
    for (const auto& point : series.points) write_point(json, point);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return Answer{.body = std::move(json).text()};
}

Result<Answer> answer_metric_csv(const Request& request, Engine& store, const Site&) {
  const auto& metric = *TRY(find_metric(request.name));
  auto filter = TRY(filter_of(request));
  auto all = TRY(evaluate(store, metric, TRY(window_of(request, store)), filter));
  Answer answer{.type = "text/csv; charset=utf-8", .body = csv_of(table_of(all))};
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + metric.name + ".csv\"");
  return answer;
}

}  // namespace rapport
