#include "base/rows.h"

#include <bit>
#include <cassert>

#include "base/text.h"

namespace rapport {

RowBatch::RowBatch(std::span<const ColumnSpec> columns) {
  for (const auto& spec : columns) columns_.push_back(Column{spec, {}, {}, {}, {}});
}

// The column of the cell about to be written; counts a row when its last cell begins.
RowBatch::Column& RowBatch::next_cell() {
  Column& column = columns_[cell_];
  if (++cell_ == columns_.size()) {
    cell_ = 0;
    ++rows_;
  }
  column.null.push_back(0);
  return column;
}

RowBatch& RowBatch::text(std::string_view value) {
  Column& column = next_cell();
  assert(column.spec.type == ColumnType::kText);
  if (is_valid_utf8(value) && value.find('\0') == std::string_view::npos) column.bytes += value;
  else column.bytes += repair_utf8(value);
  column.ends.push_back(column.bytes.size());
  return *this;
}
RowBatch& RowBatch::integer(std::int64_t value) {
  Column& column = next_cell();
  assert(column.spec.type == ColumnType::kInteger);
  column.numbers.push_back(value);
  return *this;
}
RowBatch& RowBatch::real(double value) {
  Column& column = next_cell();
  assert(column.spec.type == ColumnType::kReal);
  column.numbers.push_back(std::bit_cast<std::int64_t>(value));
  return *this;
}
RowBatch& RowBatch::truth(bool value) {
  Column& column = next_cell();
  assert(column.spec.type == ColumnType::kBool);
  column.numbers.push_back(value);
  return *this;
}
RowBatch& RowBatch::time(Time value) {
  Column& column = next_cell();
  assert(column.spec.type == ColumnType::kTime);
  column.numbers.push_back(value.time_since_epoch().count());
  return *this;
}
RowBatch& RowBatch::null() {
  Column& column = next_cell();
  column.null.back() = 1;
  if (column.spec.type == ColumnType::kText) column.ends.push_back(column.bytes.size());
  else column.numbers.push_back(0);
  return *this;
}

std::size_t RowBatch::bytes() const {
  std::size_t total = 0;
  for (const auto& column : columns_) total += column.bytes.size() + 8 * (column.numbers.size() + column.ends.size());
  return total;
}

void RowBatch::clear() {
  for (auto& column : columns_) {
    column.numbers.clear();
    column.bytes.clear();
    column.ends.clear();
    column.null.clear();
  }
  cell_ = rows_ = 0;
}

}  // namespace rapport
