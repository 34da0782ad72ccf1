// Tables as CSV for people and spreadsheets (RFC 4180).
#pragma once

#include <string>

#include "store/table.h"

namespace rapport {

// A head line and one line a row, ended by CR LF. A text that a spreadsheet would run as a formula gets a leading
// apostrophe.
std::string csv_of(const Table& table);

}  // namespace rapport
