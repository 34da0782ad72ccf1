#include "tests/runner/json_layout.h"

#include "base/json.h"
#include "base/json_writer.h"

namespace rapport::test {
namespace {

void append(std::string& out, const JsonValue& value, const std::string& margin) {
  auto deeper = margin + "  ";
  bool first = true;
  auto next = [&] {
    out += first ? "\n" : ",\n";
    out += deeper;
    first = false;
  };
  if (value.is_object() && !value.members().empty()) {
    out += '{';
    for (const auto& [key, member] : value.members()) {
      next();
      append_json_string(out, key);
      out += ": ";
      append(out, member, deeper);
    }
    out += "\n" + margin + "}";
  } else if (value.is_array() && !value.items().empty()) {
    out += '[';
    for (const auto& item : value.items()) {
      next();
      append(out, item, deeper);
    }
    out += "\n" + margin + "]";
  } else {
    out += value.to_json();
  }
}

}  // namespace

std::string laid_out(std::string_view text) {
  JsonDocument document;
  auto root = document.parse(text);
  if (!root) return std::string{text};
  std::string out;
  append(out, *root, "");
  return out;
}

}  // namespace rapport::test
