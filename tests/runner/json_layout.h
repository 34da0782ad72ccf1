// JSON laid out over lines, so that a difference is a line.
#pragma once

#include <string>
#include <string_view>

namespace rapport::test {

// `text` again, indented by two; what is no JSON stays as it is.
std::string laid_out(std::string_view text);

}  // namespace rapport::test
