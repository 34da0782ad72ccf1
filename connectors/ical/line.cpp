#include "connectors/ical/line.h"

#include <algorithm>

namespace rapport::ical {
namespace {

std::string upper(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

// RFC 6868: what cannot stand in a parameter is written with a circumflex.
std::string without_circumflexes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char after = text[i] == '^' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (after != 'n' && after != '\'' && after != '^') {
      out += text[i];
      continue;
    }
    out += after == 'n' ? '\n' : after == '\'' ? '"' : '^';
    ++i;
  }
  return out;
}

// Where the first of `stops` outside quotes stands.
std::size_t find_unquoted(std::string_view text, std::string_view stops) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    else if (!quoted && stops.find(text[i]) != std::string_view::npos) return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view Line::parameter(std::string_view wanted) const {
  for (const auto& [name, value] : parameters)
    if (name == wanted) return value;
  return {};
}

std::optional<Line> parse_line(std::string_view text) {
  auto end = text.find_first_of(";:");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  Line line;
  line.name = upper(text.substr(0, end));
  while (text[end] == ';') {
    text.remove_prefix(end + 1);
    end = find_unquoted(text, ";:");
    if (end == std::string_view::npos) end = text.find_first_of(";:");  // a quote that is never closed
    if (end == std::string_view::npos) return std::nullopt;
    auto parameter = text.substr(0, end);
    auto equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    std::string value;
    for (char c : parameter.substr(equals + 1))
      if (c != '"') value += c;
    line.parameters.emplace_back(upper(parameter.substr(0, equals)), without_circumflexes(value));
  }
  line.value = text.substr(end + 1);
  return line;
}

std::string unescaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    char after = value[++i];
    if (after == 'n' || after == 'N') out += '\n';
    else if (after == ',' || after == ';' || after == '\\') out += after;
    else (out += '\\') += after;
  }
  return out;
}

std::string_view UnfoldedLines::take() {
  auto end = rest_.find_first_of("\r\n");
  auto line = rest_.substr(0, end);
  if (end == std::string_view::npos) rest_ = {};
  else rest_.remove_prefix(end + (rest_.substr(end, 2) == "\r\n" ? 2 : 1));
  ++taken_;
  return line;
}

bool UnfoldedLines::next(std::string& line) {
  line.clear();
  while (line.empty() && !rest_.empty()) {
    line = take();
    number_ = taken_;
  }
  while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) line += take().substr(1);
  return !line.empty();
}

}  // namespace rapport::ical
