// Metrics and their points as the JSON of schema/api.json.
#pragma once

#include "base/json_writer.h"
#include "metrics/evaluate.h"

namespace rapport {

void write_metric(JsonWriter& json, const Metric& metric);  // Metric
void write_point(JsonWriter& json, const Point& point);     // Point
void write_id(JsonWriter& json, std::int64_t id);           // as text, because JavaScript cannot hold 63 bits; 0 is null

}  // namespace rapport
