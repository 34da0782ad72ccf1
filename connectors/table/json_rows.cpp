// JSON, one object a line; or objects one after the other, in an array or bare, over as many lines as they like.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/table/rows.h"

namespace rapport::table {
namespace {

class JsonRows : public Rows {
 public:
  JsonRows(Window window, bool by_line, RowOptions options, Place place)
      : window_(std::move(window)), by_line_(by_line), options_(std::move(options)), line_(place.line) {
    if (options_.file_column.empty()) return;
    append_json_string(file_member_, options_.file_column);
    file_member_ += ':';
    append_json_string(file_member_, options_.file_name);
  }

  Result<bool> next(Row& row) override {
    row.problem.clear();
    row.id.clear();
    if (finished_) return false;
    for (;;) {
      auto length = by_line_ ? TRY(line_length()) : TRY(value_length());
      if (!length) return false;
      auto raw = window_.text().substr(0, *length);
      auto text = trim(raw);
      if (text.empty()) {
        use_up(*length);
        continue;
      }
      row.line = line_;
      row.begin = window_.offset();
      row.complete = raw.back() == '\n' || !by_line_;
      take(text, row);
      use_up(*length);
      row.end = window_.offset();
      row.next_line = line_;
      return true;
    }
  }

 private:
  void take(std::string_view text, Row& row) {
    std::string decoded;
    if (!is_valid_utf8(text)) {
      decoded = repair_utf8(utf8_from_latin1(text));
      text = decoded;
    }
    if (text.size() > kLongestRow) {
      row.problem = "longer than 16 MB";
    } else if (auto root = document_.parse(text); !root) {
      row.problem = root.error().what;
    } else if (!root->is_object()) {
      row.problem = "no JSON object";
    } else {
      row.json = text;
      if (!file_member_.empty()) row.json.insert(1, file_member_ + (root->members().empty() ? "" : ","));
      if (!options_.id_column.empty()) row.id = id_of(*root);
      return;
    }
    row.json = text.substr(0, 500);
  }

  std::string id_of(const JsonValue& root) const {
    auto value = root[options_.id_column];
    if (value.is_null() && options_.id_path.size() > 1) {
      value = root;
      for (const auto& part : options_.id_path) value = value[part];
    }
    if (value.is_null()) return {};
    return value.is_string() ? std::string{value.text()} : value.to_json();
  }

  // The line with its end; nullopt at the end of the text. Of a line that is too long the head is kept.
  Result<std::optional<std::size_t>> line_length() {
    std::size_t searched = 0;
    for (;;) {
      auto text = window_.text();
      auto end = text.find('\n', searched);
      if (end != std::string_view::npos) return std::optional{end + 1};
      searched = text.size();
      if (searched > kLongestRow + 1) return skip_line();
      if (!TRY(window_.more())) return text.empty() ? std::nullopt : std::optional{window_.text().size()};
    }
  }

  // What is over kLongestRow is dropped piece by piece; what is left in the window is still too long to be a row.
  Result<std::optional<std::size_t>> skip_line() {
    for (;;) {
      auto text = window_.text();
      auto end = text.find('\n');
      if (end != std::string_view::npos) return std::optional{end + 1};
      if (!TRY(window_.more())) return std::optional{window_.text().size()};
      if (window_.text().size() > 2 * kLongestRow) window_.drop(kLongestRow / 2);
    }
  }

  // One value of the top level; nullopt at the end. Brackets of one array around all are stepped over.
  Result<std::optional<std::size_t>> value_length() {
    for (;;) {  // to where a value begins
      auto text = window_.text();
      auto begin = text.find_first_not_of(" \t\r\n,[]");
      if (begin != std::string_view::npos) {
        use_up(begin);
        break;
      }
      use_up(text.size());
      if (!TRY(window_.more())) return std::nullopt;
    }
    std::size_t at = 0, depth = 0;
    bool in_string = false;
    for (;;) {
      auto text = window_.text();
      for (; at < text.size(); ++at) {
        char c = text[at];
        if (in_string) {
          if (c == '\\') ++at;
          if (c == '"') in_string = false;
        } else if (c == '"') {
          in_string = true;
        } else if (c == '{' || c == '[') {
          ++depth;
        } else if (c == '}' || c == ']') {
          if (depth <= 1) return std::optional{std::max<std::size_t>(1, at + depth)};  // a stray bracket is a value of its own
          --depth;
        } else if (depth == 0 && (c == ',' || c == '\n')) {
          return std::optional{at};
        }
      }
      bool too_long = text.size() > kLongestRow;
      if (!too_long && TRY(window_.more())) continue;
      // Not closed, or too long: nothing after it can be trusted.
      finished_ = true;
      return std::optional{text.size()};
    }
  }

  void use_up(std::size_t length) {
    auto text = window_.text().substr(0, length);
    line_ += std::count(text.begin(), text.end(), '\n');
    window_.drop(length);
  }

  Window window_;
  bool by_line_;
  RowOptions options_;
  std::int64_t line_;
  std::string file_member_;
  JsonDocument document_;
  bool finished_ = false;
};

// A .json file whose first line is an object by itself is one of lines.
bool first_line_is_whole(std::string_view head) {
  auto line = trim(head.substr(0, head.find('\n')));
  JsonDocument document;
  auto root = document.parse(line);
  return root && root->is_object();
}

}  // namespace

Result<std::unique_ptr<Rows>> read_json(Window window, Format format, const RowOptions& options) {
  while (window.text().find('\n') == std::string_view::npos && window.text().size() < kLongestRow)
    if (!TRY(window.more())) break;
  auto head = window.text();
  if (!window.is_utf16() && head.substr(0, 4096).find('\0') != std::string_view::npos)
    return fail(Error::Kind::kBadInput, "this is not text: there are NUL bytes in it", "give a CSV, JSON or Parquet file, or say which it is with `format`");
  bool by_line = format == Format::kJsonLines || first_line_is_whole(head);
  return std::unique_ptr<Rows>{std::make_unique<JsonRows>(std::move(window), by_line, options, Place{})};
}

std::unique_ptr<Rows> go_on_json(Window window, Format format, const RowOptions& options, Place place) {
  return std::make_unique<JsonRows>(std::move(window), format == Format::kJsonLines, options, place);
}

}  // namespace rapport::table
