// Reading TOML, by toml++. All who need its types include it here: what it asserts of its input must not end the program,
// and that is settled before its header is seen, alike in every file.
#pragma once

#include <string_view>

#include "base/result.h"

namespace rapport {

// toml++ 3.3 asserts, in place of an error, that a table's name begins as a name may: "[{" would abort.
struct BrokenToml {};

}  // namespace rapport

#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? static_cast<void>(0) : throw ::rapport::BrokenToml{})
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wterminate"  // where it asserts of itself, in functions that may not throw
#include <toml++/toml.h>
#pragma GCC diagnostic pop

namespace rapport {

// `name` is what the text is called in errors. Errors: kBadInput with its line, where that is known.
Result<toml::table> parse_toml(std::string_view text, std::string_view name);

}  // namespace rapport
