// RowBatch: typed rows on their way into a table. Column by column, so that a million rows are a few large
// buffers; the store appends them without looking at a single cell twice.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace rapport {

enum class ColumnType { kText, kInteger, kReal, kBool, kTime };

struct ColumnSpec {
  std::string_view name;
  ColumnType type;
};

class RowBatch {
 public:
  explicit RowBatch(std::span<const ColumnSpec> columns);

  // Cells are given left to right; after the last column the row is complete.
  // REQUIRES: the call matches the column's type. Text is repaired to valid UTF-8.
  RowBatch& text(std::string_view value);
  RowBatch& integer(std::int64_t value);
  RowBatch& real(double value);
  RowBatch& truth(bool value);
  RowBatch& time(Time value);
  RowBatch& null();
  RowBatch& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }

  std::size_t rows() const { return rows_; }
  std::size_t bytes() const;  // about what it holds in memory
  void clear();

  struct Column {
    ColumnSpec spec;
    std::vector<std::int64_t> numbers;  // kInteger, kBool (0/1), kTime (µs since 1970), kReal (bit pattern)
    std::string bytes;                  // kText: all values one after the other
    std::vector<std::size_t> ends;      // kText: where each value ends in `bytes`
    std::vector<std::uint8_t> null;        // 1 where the cell is
  };
  std::span<const Column> columns() const { return columns_; }

 private:
  Column& next_cell();
  std::vector<Column> columns_;
  std::size_t cell_ = 0, rows_ = 0;
};

}  // namespace rapport
