// Comma-separated values after RFC 4180, as they are met: ; and tabs too, any line end, quotes that hold line ends,
// rows that do not fit. What is not valid UTF-8 is read as Latin-1, row by row.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/table/rows.h"

namespace rapport::table {
namespace {

struct Extent {
  std::size_t length = 0;  // without the line end
  std::size_t end = 0;     // with it
  bool complete = true;
  const char* problem = nullptr;
};

class DelimitedRows : public Rows {
 public:
  DelimitedRows(Window window, RowOptions options) : window_(std::move(window)), options_(std::move(options)) {}

  // Delimiter, line end and names from the head of the text.
  Result<> begin() {
    while (window_.text().size() < (64u << 10))
      if (!TRY(window_.more())) break;
    auto head = window_.text();
    if (!window_.is_utf16() && head.substr(0, 4096).find('\0') != std::string_view::npos)
      return fail(Error::Kind::kBadInput, "this is not text: there are NUL bytes in it", "give a CSV, JSON or Parquet file, or say which it is with `format`");
    if (head.find('\n') == std::string_view::npos && head.find('\r') != std::string_view::npos) line_end_ = '\r';
    if (!options_.comment_column.empty()) take_comments();
    if (options_.delimiter == '\0') options_.delimiter = likely_delimiter(window_.text());
    if (!options_.columns.empty()) {
      name_columns(options_.columns);
      return {};
    }
    Row ignored;
    auto extent = TRY(extent_of_row());
    while (extent.length == 0 && extent.end > 0) {  // empty lines above the header
      ++line_;
      window_.drop(extent.end);
      extent = TRY(extent_of_row());
    }
    if (extent.problem != nullptr) return fail(Error::Kind::kBadInput, fmt::format("the header cannot be read: {}", extent.problem));
    split_fields(decoded(window_.text().substr(0, extent.length)));
    std::vector<std::string> names;
    for (auto field : fields_) names.emplace_back(trim(field));
    if (extent.end > 0) name_columns(names);
    use_up(extent);
    return {};
  }

  Result<bool> next(Row& row) override {
    row.problem.clear();
    row.id.clear();
    for (;;) {
      auto extent = TRY(extent_of_row());
      if (extent.end == 0) return false;
      auto text = window_.text().substr(0, extent.length);
      if (trim(text).empty() && names_.size() != 1 && extent.problem == nullptr && text.find(options_.delimiter) == std::string_view::npos) {
        use_up(extent);
        continue;
      }
      if (text.empty() && names_.size() == 1) {
        use_up(extent);
        continue;
      }
      row.line = line_;
      row.begin = window_.offset();
      row.complete = extent.complete;
      if (extent.problem != nullptr) {
        row.problem = extent.problem;
        row.json = decoded(text.substr(0, 500));
        if (extent.length > kLongestRow)
          TRY(skip_line());
        else
          use_up(extent);
      } else {
        auto fields_text = decoded(text);
        split_fields(fields_text);
        if (fields_.size() != names_.size()) {
          row.problem = fmt::format("{} fields where the header has {}", fields_.size(), names_.size());
          row.json = fields_text.substr(0, 500);
        } else {
          write(row);
        }
        use_up(extent);
      }
      row.end = window_.offset();
      row.next_line = line_;
      return true;
    }
  }

  std::unique_ptr<Rows> go_on(Window window, Place place) const {
    auto later = std::make_unique<DelimitedRows>(std::move(window), options_);
    later->names_ = names_;
    later->keys_ = keys_;
    later->id_index_ = id_index_;
    later->line_end_ = line_end_;
    later->comments_ = comments_;
    later->line_ = place.line;
    return later;
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  // Lines that begin with # and empty ones, as far as the head of the text goes.
  void take_comments() {
    for (;;) {
      auto text = window_.text();
      auto end = text.find(line_end_);
      if (end == std::string_view::npos) return;
      auto line = trim(text.substr(0, end));
      if (!line.empty() && line.front() != '#') return;
      if (!line.empty()) comments_ += (comments_.empty() ? "" : "\n") + std::string{decoded(line)};
      window_.drop(end + 1);
      ++line_;
    }
  }

  // The one that cuts the first line into the most parts; a comma if none does.
  static char likely_delimiter(std::string_view head) {
    constexpr std::string_view kCandidates = ",;\t|";
    std::size_t counts[kCandidates.size()] = {};
    bool quoted = false, any = false;
    for (char c : head) {
      if (c == '"') quoted = !quoted;
      if (!quoted && any && (c == '\n' || c == '\r')) break;
      any |= !std::isspace(static_cast<unsigned char>(c));
      if (auto found = kCandidates.find(c); !quoted && found != std::string_view::npos) ++counts[found];
    }
    return kCandidates[static_cast<std::size_t>(std::max_element(std::begin(counts), std::end(counts)) - std::begin(counts))];
  }

  // Every column gets a name of its own: "column3" where there is none, "name_2" for the second "name".
  void name_columns(const std::vector<std::string>& given) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      auto name = given[i].empty() ? fmt::format("column{}", i + 1) : given[i];
      auto taken = [&](const std::string& wanted) {
        return std::any_of(names_.begin(), names_.end(), [&](const auto& other) { return lower_ascii(other) == lower_ascii(wanted); });
      };
      auto unique = name;
      for (int n = 2; given.size() <= 4096 && taken(unique); ++n) unique = fmt::format("{}_{}", name, n);
      if (given.size() > 4096) unique = fmt::format("{}_{}", name, i + 1);  // too many to compare each with each
      names_.push_back(unique);
      std::string key;
      append_json_string(key, unique);
      keys_.push_back(key + ":");
    }
    for (std::size_t i = names_.size(); i-- > 0;)
      if (names_[i] == options_.id_column) id_index_ = i;
    for (std::size_t i = 0; i < names_.size() && !id_index_ && !options_.id_column.empty(); ++i)
      if (lower_ascii(names_[i]) == lower_ascii(options_.id_column)) id_index_ = i;
  }

  std::string_view decoded(std::string_view text) {
    if (is_valid_utf8(text) && text.find('\0') == std::string_view::npos) return text;
    decoded_ = is_valid_utf8(text) ? repair_utf8(text) : repair_utf8(utf8_from_latin1(text));
    return decoded_;
  }

  Result<Extent> extent_of_row() {
    std::size_t searched = 0;
    for (;;) {  // a line without quotes: two fast searches
      auto text = window_.text();
      auto end = text.find(line_end_, searched);
      if (end == std::string_view::npos) {
        searched = text.size();
        if (searched > kLongestRow) return Extent{searched, searched, true, "longer than 16 MB"};
        if (TRY(window_.more())) continue;
        text = window_.text();
        if (text.find('"') == std::string_view::npos) return Extent{text.size(), text.size(), false, nullptr};
        break;
      }
      if (end > kLongestRow) return Extent{end, end + 1, true, "longer than 16 MB"};
      if (text.substr(0, end).find('"') != std::string_view::npos) break;
      return line(text, end);
    }
    return extent_with_quotes();
  }

  static Extent line(std::string_view text, std::size_t end) {
    Extent extent{end, end + 1, true, nullptr};
    if (end > 0 && text[end - 1] == '\r') --extent.length;
    return extent;
  }

  Result<Extent> extent_with_quotes() {
    std::size_t at = 0;
    bool quoted = false, at_start = true;
    for (;;) {
      if (at >= window_.text().size() && (at > kLongestRow || !TRY(window_.more()))) {
        if (!quoted && at <= kLongestRow) return Extent{at, at, false, nullptr};
        // Never closed: give up the line that opened it, not the rest of the file.
        auto text = window_.text();
        auto end = text.find(line_end_);
        bool complete = end != std::string_view::npos;
        if (!complete) end = text.size();
        return Extent{end, end + (complete ? 1 : 0), complete, quoted ? "a quote that is never closed" : "longer than 16 MB"};
      }
      auto text = window_.text();
      if (quoted) {
        auto close = text.find('"', at);
        if (close == std::string_view::npos) {
          at = text.size();
          continue;
        }
        if (close + 1 == text.size() && TRY(window_.more())) text = window_.text();
        if (close + 1 < text.size() && text[close + 1] == '"') {
          at = close + 2;
        } else {
          quoted = false;
          at = close + 1;
        }
        continue;
      }
      char c = text[at];
      if (c == line_end_) return line(text, at);
      if (at_start && c == '"') quoted = true;
      at_start = c == options_.delimiter;
      ++at;
    }
  }

  // Over a row that is too long, without holding it.
  Result<> skip_line() {
    for (;;) {
      auto text = window_.text();
      auto end = text.find(line_end_);
      if (end != std::string_view::npos) {
        window_.drop(end + 1);
        ++line_;
        return {};
      }
      window_.drop(text.size());
      if (!TRY(window_.more())) return {};
    }
  }

  void use_up(const Extent& extent) {
    auto text = window_.text().substr(0, extent.end);
    line_ += std::count(text.begin(), text.end(), line_end_);
    window_.drop(extent.end);
  }

  void split_fields(std::string_view text) {
    fields_.clear();
    unquoted_.clear();
    unquoted_.reserve(text.size());  // views into it must stay
    for (std::size_t at = 0;;) {
      if (at < text.size() && text[at] == '"') {
        auto begin = unquoted_.size();
        ++at;
        for (;;) {
          auto close = text.find('"', at);
          if (close == std::string_view::npos) close = text.size();
          unquoted_.append(text.substr(at, close - at));
          at = close + 1;
          if (at >= text.size() || text[at] != '"') break;
          unquoted_ += '"';
          ++at;
        }
        auto end = std::min(text.find(options_.delimiter, std::min(at, text.size())), text.size());
        if (at < end) unquoted_.append(text.substr(at, end - at));  // stray text after the quote
        fields_.push_back(std::string_view{unquoted_}.substr(begin));
        at = end;
      } else {
        auto end = std::min(text.find(options_.delimiter, at), text.size());
        fields_.push_back(text.substr(at, end - at));
        at = end;
      }
      if (at >= text.size()) return;
      ++at;
    }
  }

  void write(Row& row) {
    auto& json = row.json;
    json.assign(1, '{');
    if (!options_.file_column.empty()) {
      append_json_string(json, options_.file_column);
      json += ':';
      append_json_string(json, options_.file_name);
    }
    if (!options_.comment_column.empty()) {
      if (json.size() > 1) json += ',';
      append_json_string(json, options_.comment_column);
      json += ':';
      append_json_string(json, comments_);
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (json.size() > 1) json += ',';
      json += keys_[i];
      if (fields_[i].empty())
        json += "null";
      else
        append_json_string(json, fields_[i]);
    }
    json += '}';
    if (id_index_) row.id = fields_[*id_index_];
  }

  Window window_;
  RowOptions options_;
  std::vector<std::string> names_, keys_;
  std::optional<std::size_t> id_index_;
  char line_end_ = '\n';
  std::int64_t line_ = 1;
  std::vector<std::string_view> fields_;
  std::string unquoted_, decoded_, comments_;
};

}  // namespace

Result<std::unique_ptr<Rows>> read_delimited(Window window, Format format, const RowOptions& options) {
  auto chosen = options;
  if (chosen.delimiter == '\0' && format == Format::kTabs) chosen.delimiter = '\t';
  auto rows = std::make_unique<DelimitedRows>(std::move(window), std::move(chosen));
  TRY(rows->begin());
  return std::unique_ptr<Rows>{std::move(rows)};
}

std::unique_ptr<Rows> go_on_delimited(const Rows& header, Window window, Place place) {
  return static_cast<const DelimitedRows&>(header).go_on(std::move(window), place);
}

std::vector<std::string> columns_of(const Rows& rows) {
  auto* delimited = dynamic_cast<const DelimitedRows*>(&rows);
  return delimited == nullptr ? std::vector<std::string>{} : delimited->names();
}

}  // namespace rapport::table
