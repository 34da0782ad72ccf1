// Reading the SQL expressions that people write into rapport.toml: not a parser, only enough to know which columns
// one mentions and that it is one expression and no more.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rapport {

struct MentionedName {
  std::string name;
  bool quoted = false;  // "so": surely a column
  bool checked = true;  // false where it may well be a type or a lambda's parameter
};

// The names in `sql` that can be columns: not functions, not types after "::", not parts after a dot.
// Errors: kBadInput for open brackets, quotes, and for ";" and comments outside of quotes.
Result<std::vector<MentionedName>> names_in_expression(std::string_view sql);

}  // namespace rapport
