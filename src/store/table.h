// Answers of the store, small enough to hold: columns, and rows of plain values.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"

namespace rapport {

// NULL, truth, whole number, real number, text, instant, day. Days in answers come as instants at midnight; as a
// parameter a Day is a DATE, so that comparing it with a DATE column does not convert the column.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Time, Day>;

enum class ValueType { kBool, kInteger, kReal, kText, kJson, kTime, kDay };

struct Column {
  std::string name;
  ValueType type = ValueType::kText;
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Value>> rows;

  // The index of the column called `name`, or -1.
  int find(std::string_view name) const;
};

// Named parameters: $from in SQL is {"from", …} here.
using Parameters = std::vector<std::pair<std::string, Value>>;

bool is_null(const Value& value);
// The text of a cell; empty for NULL. `type` decides how an instant is spelled.
std::string to_text(const Value& value, ValueType type = ValueType::kText);
std::int64_t to_integer(const Value& value, std::int64_t otherwise = 0);
double to_real(const Value& value, double otherwise = 0);

}  // namespace rapport
