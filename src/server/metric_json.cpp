#include "server/metric_json.h"

#include <fmt/format.h>

namespace rapport {

void write_metric(JsonWriter& json, const Metric& metric) {
  json.begin_object();
  json.key("name").value(metric.name).key("title").value(metric.title).key("question").value(metric.question);
  json.key("unit").value(metric.unit).key("shape").value(shape_name(metric.shape)).key("better").value(metric.better);
  json.key("who").value(metric.who).key("caveat").value(metric.caveat).key("origin").value(metric.origin);
  json.end_object();
}

void write_point(JsonWriter& json, const Point& point) {
  json.begin_object().key("at").value(format_day(point.at)).key("value");
  if (point.value) json.value(*point.value);
  else json.null();
  json.key("n").value(point.n).key("few").value(point.few).end_object();
}

void write_id(JsonWriter& json, std::int64_t id) {
  if (id == 0) json.null();
  else json.value(fmt::to_string(id));
}

}  // namespace rapport
