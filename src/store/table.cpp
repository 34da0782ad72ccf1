#include "store/table.h"

#include <fmt/format.h>

namespace rapport {

int Table::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == name) return static_cast<int>(i);
  return -1;
}

bool is_null(const Value& value) { return std::holds_alternative<std::monostate>(value); }

std::string to_text(const Value& value, ValueType type) {
  struct Visitor {
    ValueType type;
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(Day day) const { return format_day(day); }
    std::string operator()(Time time) const {
      return type == ValueType::kDay ? format_day(std::chrono::floor<std::chrono::days>(time)) : format_time(time);
    }
  };
  return std::visit(Visitor{type}, value);
}

std::int64_t to_integer(const Value& value, std::int64_t otherwise) {
  if (auto number = std::get_if<std::int64_t>(&value)) return *number;
  if (auto number = std::get_if<double>(&value)) return static_cast<std::int64_t>(*number);
  if (auto truth = std::get_if<bool>(&value)) return *truth;
  return otherwise;
}

double to_real(const Value& value, double otherwise) {
  if (auto number = std::get_if<double>(&value)) return *number;
  if (auto number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  return otherwise;
}

}  // namespace rapport
