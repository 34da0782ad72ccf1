#include "base/toml.h"

#include <fmt/format.h>

namespace rapport {

Result<toml::table> parse_toml(std::string_view text, std::string_view name) {
  try {
    toml::parse_result parsed = toml::parse(text, name);
    if (parsed) return std::move(parsed).table();
    return fail(Error::Kind::kBadInput,
                fmt::format("{}:{}: {}", name, parsed.error().source().begin.line, std::string{parsed.error().description()}));
  } catch (const BrokenToml&) {
    return fail(Error::Kind::kBadInput, fmt::format("{}: a table's name between [ and ] begins with something that no name may hold", name));
  }
}

}  // namespace rapport
