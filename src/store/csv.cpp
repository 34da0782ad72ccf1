#include "store/csv.h"

#include "base/text.h"

namespace rapport {
namespace {

std::string csv_cell(const Value& value, ValueType type) {
  auto text = to_text(value, type);
  if (std::holds_alternative<std::string>(value) && !text.empty() && std::string_view{"=+-@\t\r"}.find(text[0]) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return "\"" + replace_all(text, "\"", "\"\"") + "\"";
}

}  // namespace

std::string csv_of(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) out += (i == 0 ? "" : ",") + csv_cell(table.columns[i].name, ValueType::kText);
  out += "\r\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + csv_cell(row[i], table.columns[i].type);
    out += "\r\n";
  }
  return out;
}

}  // namespace rapport
