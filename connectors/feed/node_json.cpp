#include "connectors/feed/node_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace rapport::feed {
namespace {

using xml::Node;

// The markup of an XHTML element's children as text.
void write_markup(std::string& out, const Node& node) {
  for (const auto& child : node.children) {
    if (child.name.empty()) {
      out += html_escaped(child.text);
      continue;
    }
    auto name = std::string_view{child.name}.substr(child.name.starts_with("xhtml:") ? 6 : 0);
    out += fmt::format("<{}", name);
    for (const auto& [key, value] : child.attributes) out += fmt::format(" {}=\"{}\"", key, html_escaped(value));
    out += ">";
    write_markup(out, child);
    if (name != "br" && name != "img" && name != "hr") out += fmt::format("</{}>", name);
  }
}

}  // namespace

void write_node(JsonWriter& json, const Node& node) {
  json.begin_object();
  bool markup = node.attribute("type") == "xhtml";
  std::string text;
  if (markup) write_markup(text, node);
  else
    for (const auto& child : node.children) text += child.text;
  if (auto trimmed = trim(text); !trimmed.empty()) json.key("#").value(trimmed);
  std::vector<std::string_view> names;  // a name that stands twice counts once, as the first
  for (const auto& [key, value] : node.attributes) json.key("@" + key).value(std::string_view{value});
  if (!markup) {
    for (const auto& child : node.children)
      if (!child.name.empty() && std::find(names.begin(), names.end(), child.name) == names.end()) names.push_back(child.name);
    for (auto name : names) {
      json.key(name).begin_array();
      for (const auto& child : node.children)
        if (child.name == name) write_node(json, child);
      json.end_array();
    }
  }
  json.end_object();
}

}  // namespace rapport::feed
