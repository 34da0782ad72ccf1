// A case file cut into its sections: "[name]" alone on a line opens one. What stands before the first is the head.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rapport::test {

struct Section {
  std::string name;  // empty for the head
  std::string text;  // whole lines
};

// Only lines that are exactly one of `names` in brackets count: output may hold brackets.
std::vector<Section> cut_sections(std::string_view text, std::vector<std::string_view> names);
std::string join_sections(const std::vector<Section>& sections);
const Section* find_section(const std::vector<Section>& sections, std::string_view name);

}  // namespace rapport::test
