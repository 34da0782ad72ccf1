// The Reader over the files of a source.
#pragma once

#include <memory>

#include "connectors/connector.h"
#include "connectors/table/inputs.h"

namespace rapport::table {

struct ReaderOptions {
  RowOptions rows;
  std::optional<Format> forced;  // what all files are, whatever they are called
  bool listing = false;          // every pass reads everything
  std::size_t rows_per_page = 131'072;
  bool one_file = true;          // the source is one file: what is wrong with it is an Error, not a rejected file
};

// Rows of `inputs` after `cursor`, as raw records. The id of a record is that of its id column; else a digest of the
// row and how many equal ones stand before it in the same file, so that the same rows always get the same ids.
// Memory: a page, and without an id column about 12 bytes for every row of the file at hand.
std::unique_ptr<Reader> read_inputs(std::vector<Input> inputs, ReaderOptions options, const std::string& cursor);

}  // namespace rapport::table
