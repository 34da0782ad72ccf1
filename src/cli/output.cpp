#include "cli/output.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/json_writer.h"
#include "base/text.h"
#include "store/csv.h"

namespace rapport {
namespace {

constexpr std::size_t kWidestCell = 60;

bool is_number(ValueType type) { return type == ValueType::kInteger || type == ValueType::kReal; }

std::string shown(const Value& value, ValueType type) {
  if (is_null(value)) return {};
  if (auto number = std::get_if<double>(&value)) {
    auto text = fmt::format("{:.2f}", *number);
    if (text.find('.') != std::string::npos) {
      while (text.ends_with('0')) text.pop_back();
      if (text.ends_with('.')) text.pop_back();
    }
    return text;
  }
  return printable(to_text(value, type));
}

std::string padded(std::string_view text, std::size_t columns, bool right) {
  std::string space(columns - std::min(columns, display_width(text)), ' ');
  return right ? space + std::string{text} : std::string{text} + space;
}

std::string as_table(const Table& table) {
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> cells;
  for (const auto& column : table.columns) widths.push_back(display_width(column.name));
  for (const auto& row : table.rows) {
    auto& line = cells.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.push_back(elide(shown(row[i], table.columns[i].type), kWidestCell));
      widths[i] = std::max(widths[i], display_width(line.back()));
    }
  }
  std::string out;
  auto add_line = [&](auto&& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
      line += (i == 0 ? "" : "  ") + padded(cell_of(i), widths[i], is_number(table.columns[i].type));
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  };
  add_line([&](std::size_t i) { return table.columns[i].name; });
  add_line([&](std::size_t i) {
    std::string rule;
    for (std::size_t k = 0; k < widths[i]; ++k) rule += "─";
    return rule;
  });
  for (const auto& line : cells) add_line([&](std::size_t i) { return line[i]; });
  return out;
}

std::string as_markdown(const Table& table) {
  std::string out = "|", rule = "|";
  for (const auto& column : table.columns) {
    out += " " + replace_all(printable(column.name), "|", "\\|") + " |";
    rule += is_number(column.type) ? " ---: |" : " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : table.rows) {
    out += "|";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += " " + replace_all(html_escaped(shown(row[i], table.columns[i].type)), "|", "\\|") + " |";
    out += "\n";
  }
  return out;
}

void write_value(JsonWriter& json, const Value& value, ValueType type) {
  if (is_null(value)) json.null();
  else if (auto truth = std::get_if<bool>(&value)) json.value(*truth);
  else if (auto number = std::get_if<std::int64_t>(&value)) json.value(*number);
  else if (auto real = std::get_if<double>(&value)) json.value(*real);
  else if (type == ValueType::kJson) json.raw(to_text(value));
  else json.value(to_text(value, type));
}

std::string as_json(const Table& table) {
  std::string out = "[";
  for (const auto& row : table.rows) {
    JsonWriter json;
    json.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json.key(table.columns[i].name);
      write_value(json, row[i], table.columns[i].type);
    }
    json.end_object();
    out += (&row == &table.rows.front() ? "\n  " : ",\n  ") + json.text();
  }
  return out + (table.rows.empty() ? "]\n" : "\n]\n");
}

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  terminal.is_terminal = ::isatty(descriptor) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  bool dumb = kind != nullptr && std::string_view{kind} == "dumb";
  terminal.colour = terminal.is_terminal && (no_colour == nullptr || *no_colour == '\0') && !dumb;
  winsize size{};
  if (terminal.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.columns = size.ws_col;
  return terminal;
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) std::_Exit(0);
  std::fputs("error: cannot write the result: is the disk full?\n", stderr);
  std::_Exit(1);
}

void print_aside(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string format_table(const Table& table, std::string_view format) {
  if (format == "json") return as_json(table);
  if (format == "csv") return csv_of(table);
  if (format == "markdown") return as_markdown(table);
  return as_table(table);
}

std::string format_error(const Error& error, bool colour) {
  auto strong = [&](std::string_view text) { return colour ? fmt::format("\x1b[1;31m{}\x1b[0m", text) : std::string{text}; };
  auto quiet = [&](std::string_view text) { return colour ? fmt::format("\x1b[2m{}\x1b[0m", text) : std::string{text}; };
  // Names of sources and files come from outside; line breaks of a message stay.
  auto safe = [](std::string_view text) {
    std::string lines;
    for (auto line : split(text, '\n')) lines += (lines.empty() ? "" : "\n  ") + printable(line);
    return lines;
  };
  auto out = fmt::format("{} {}\n", strong("error:"), safe(error.what));
  std::vector<std::string> trail{error.trail.rbegin(), error.trail.rend()};
  if (!trail.empty()) out += fmt::format("  {}  {}\n", quiet("while"), safe(join(trail, ", ")));
  if (!error.fix.empty()) out += fmt::format("  {}    {}\n", quiet("fix"), safe(error.fix));
  return out;
}

Terminal terminal_of_output() { return terminal_of(STDOUT_FILENO); }
Terminal terminal_of_aside() { return terminal_of(STDERR_FILENO); }

}  // namespace rapport
