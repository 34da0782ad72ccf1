// A metric is a file, metrics/<name>.sql: a header of comments (title, question, unit, shape, better, who, reads,
// caveat, origin), then one SELECT with $from, $to, $grain that gives rows of
//   bucket DATE      the first day of the bucket
//   segment VARCHAR  'all', or what the value is split by
//   value DOUBLE
//   n BIGINT         how many events the value rests on
//   evidence BIGINT[]  the ids of the activities behind the value
// docs/howto/add-a-metric.md walks through it. A metric has no class: it is a question, a unit and a SELECT.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rapport {

struct Metric {
  enum class Shape {
    kCount,   // an empty bucket is 0
    kShare,   // 0…1; an empty bucket has no value; under kFewEvents it is a list, not a rate
    kMedian,  // an amount that does not add up over buckets; empty and few as kShare
  };
  std::string name, title, question, unit, better, who, caveat, origin;
  Shape shape = Shape::kCount;
  std::vector<std::string> reads;
  std::string sql;
};

// Under so many events a share or a median says little: shown as a list, not a rate.
inline constexpr std::int64_t kFewEvents = 30;

std::string_view shape_name(Metric::Shape shape);  // "count", "share", "median"

// Reads one file. `name` is that of the file without ".sql". Errors: kBadInput naming the header line that is missing
// or unknown.
Result<Metric> parse_metric(std::string_view name, std::string_view text);

// All metrics that are built in, sorted by name. REQUIRES: they parse; a test makes sure.
std::span<const Metric> metrics();
// Errors: kNotFound with a suggestion.
Result<const Metric*> find_metric(std::string_view name);

}  // namespace rapport
