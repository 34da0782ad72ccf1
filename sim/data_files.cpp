#include "sim/data_files.h"

#include "base/text.h"

namespace rapport::sim {

std::vector<std::string_view> data_lines(std::string_view file) {
  std::vector<std::string_view> lines;
  for (auto line : split(embedded_file(embedded_simulation(), file), '\n'))
    if (!trim(line).empty() && line.front() != '#') lines.push_back(trim(line));
  return lines;
}

}  // namespace rapport::sim
