// Text -> rows, one at a time in the memory of one row. Two readers behind one interface: delimited text and JSON.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/table/bytes.h"

namespace rapport::table {

// Longer rows are set aside, so that a file without line ends cannot fill the memory.
inline constexpr std::size_t kLongestRow = 16u << 20;

struct Row {
  std::string json;             // an object
  std::string id;               // of the id column; empty if none
  std::int64_t line = 0, next_line = 0;  // where it begins, from 1, and where what follows begins
  std::int64_t begin = 0, end = 0;  // in the decoded text
  bool complete = true;         // false: the file ends without a line end, more of this row may follow
  std::string problem;          // why this is no row; `json` is then an excerpt
};

class Rows {
 public:
  virtual ~Rows() = default;
  // The next row into `row`; false at the end.
  virtual Result<bool> next(Row& row) = 0;
};

struct RowOptions {
  std::vector<std::string> columns;  // names, for delimited files without a header
  char delimiter = '\0';             // '\0' = found out from the first line
  std::string id_column;             // or a path "a.b" into JSON; empty = none
  std::vector<std::string> id_path;
  std::string file_column, file_name;  // a column to add with the file's name
  std::string comment_column;        // a column to add with the lines above the header that begin with #; empty = those are rows
};

enum class Format { kDelimited, kTabs, kJsonLines, kJson, kParquet };

// Where to begin: at the start of the text, or at the start of a row that an earlier read stopped at.
struct Place {
  std::int64_t offset = 0, line = 1;
};

// `window` stands at the start of the text. For delimited text the header is read from it.
// Errors: kBadInput for what is not text at all.
Result<std::unique_ptr<Rows>> read_delimited(Window window, Format format, const RowOptions& options);
Result<std::unique_ptr<Rows>> read_json(Window window, Format format, const RowOptions& options);

// Goes on at `place` of the same text, where `window` stands. `header` is the reader of its beginning.
std::unique_ptr<Rows> go_on_delimited(const Rows& header, Window window, Place place);
std::unique_ptr<Rows> go_on_json(Window window, Format format, const RowOptions& options, Place place);

// The names of the columns; empty for JSON.
std::vector<std::string> columns_of(const Rows& rows);

}  // namespace rapport::table
