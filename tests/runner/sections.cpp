#include "tests/runner/sections.h"

#include <algorithm>

namespace rapport::test {

std::vector<Section> cut_sections(std::string_view text, std::vector<std::string_view> names) {
  std::vector<Section> sections(1);
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    bool opens = line.size() > 2 && line.front() == '[' && line.back() == ']' &&
                 std::find(names.begin(), names.end(), line.substr(1, line.size() - 2)) != names.end();
    if (opens) sections.push_back({std::string{line.substr(1, line.size() - 2)}, {}});
    else sections.back().text += std::string{line} + "\n";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return sections;
}

std::string join_sections(const std::vector<Section>& sections) {
  std::string out;
  for (const auto& section : sections) out += (section.name.empty() ? "" : "[" + section.name + "]\n") + section.text;
  return out;
}

const Section* find_section(const std::vector<Section>& sections, std::string_view name) {
  for (const auto& section : sections)
    if (section.name == name) return &section;
  return nullptr;
}

}  // namespace rapport::test
