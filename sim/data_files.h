// The lists under sim/data, built into the program.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/embedded.h"

namespace rapport {
std::span<const EmbeddedFile> embedded_simulation();  // sim/data/*.txt
}

namespace rapport::sim {

// The lines of a built-in list, without comments and empty ones. REQUIRES: the file exists.
std::vector<std::string_view> data_lines(std::string_view file);

}  // namespace rapport::sim
