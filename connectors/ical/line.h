// One content line of a calendar (RFC 5545, 3.1): a name, parameters and a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapport::ical {

struct Line {
  std::string name;  // in capitals
  std::vector<std::pair<std::string, std::string>> parameters;  // names in capitals, values without quotes, RFC 6868 undone
  std::string value;  // as written

  std::string_view parameter(std::string_view wanted) const;  // empty if there is none
};

// Nothing for a line without a colon, or without a name before it.
std::optional<Line> parse_line(std::string_view text);

// "a\, b\nc" -> "a, b" and "c" on two lines.
std::string unescaped(std::string_view value);

// The lines of a text with the folded ones put together again, one at a time.
class UnfoldedLines {
 public:
  explicit UnfoldedLines(std::string_view text) : rest_(text) {}
  // The next one that is not empty; false at the end.
  bool next(std::string& line);
  std::int64_t number() const { return number_; }  // of the last one: where it began, from 1

 private:
  std::string_view take();
  std::string_view rest_;
  std::int64_t number_ = 0, taken_ = 0;
};

}  // namespace rapport::ical
