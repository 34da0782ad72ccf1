#include "connectors/mbox/headers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/text.h"
#include "connectors/mbox/encoding.h"

namespace rapport::mbox {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }
int number_of(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

int month_of(std::string_view word) {
  if (word.size() < 3) return 0;
  auto lower = lower_ascii(word.substr(0, 3));
  auto found = std::find(kMonths.begin(), kMonths.end(), lower);
  return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

struct Zone {
  std::string_view name;
  int minutes;
};
constexpr Zone kZones[] = {{"ut", 0}, {"utc", 0}, {"gmt", 0}, {"z", 0}, {"wet", 0}, {"west", 60}, {"bst", 60}, {"met", 60}, {"cet", 60}, {"mez", 60},
                           {"mest", 120}, {"cest", 120}, {"mesz", 120}, {"eet", 120}, {"eest", 180}, {"msk", 180}, {"ist", 330}, {"jst", 540}, {"kst", 540},
                           {"aest", 600}, {"aedt", 660}, {"nzst", 720}, {"nzdt", 780}, {"est", -300}, {"edt", -240}, {"cst", -360}, {"cdt", -300},
                           {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"ast", -240}, {"adt", -180}, {"hst", -600}};

// "+0130", "-5", "GMT+2", "EST": minutes east of Greenwich.
std::optional<int> zone_of(std::string_view word) {
  if (word.size() > 3 && starts_with_ignoring_case(word, "gmt")) word.remove_prefix(3);
  if (word.empty()) return std::nullopt;
  if (word.front() == '+' || word.front() == '-') {
    std::string digits{word.substr(1)};
    std::erase(digits, ':');
    if (!all_digits(digits) || digits.size() > 4) return std::nullopt;
    int value = number_of(digits);
    int minutes = digits.size() <= 2 ? value * 60 : value / 100 * 60 + value % 100;
    if (minutes > 15 * 60) return 0;  // no such place: taken as UTC
    return word.front() == '-' ? -minutes : minutes;
  }
  auto lower = lower_ascii(word);
  for (auto zone : kZones)
    if (zone.name == lower) return zone.minutes;
  return std::nullopt;
}

struct Clock {
  int hour = 0, minute = 0, second = 0;
};
std::optional<Clock> clock_of(std::string_view word) {
  auto parts = split(word, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  parts.back() = parts.back().substr(0, parts.back().find('.'));
  for (auto part : parts)
    if (!all_digits(part) || part.size() > 2) return std::nullopt;
  Clock clock{number_of(parts[0]), number_of(parts[1]), parts.size() > 2 ? number_of(parts[2]) : 0};
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 60) return std::nullopt;
  return clock;
}

std::string without_comments(std::string_view text) {
  std::string out;
  int depth = 0;
  for (char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c == ',' ? ' ' : c;
    if (c == ')' && depth > 0) --depth;
  }
  return out;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && is_blank(text[i])) ++i;
    auto start = i;
    while (i < text.size() && !is_blank(text[i])) ++i;
    if (i > start) words.push_back(text.substr(start, i - start));
  }
  return words;
}

std::string unquoted(std::string_view text) {
  text = trim(text);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string{text};
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

// The address part into `sender`, whichever way an archive wrote it.
void read_address(std::string_view text, Sender& sender) {
  text = trim(text);
  auto plain = lower_ascii(text);
  if (plain.find("@end|ng") != std::string::npos || plain.find("@ending") != std::string::npos || plain.find(" sending from ") != std::string::npos) {
    sender.obscured = plain;
    return;
  }
  for (std::string_view at : {" at ", " [at] ", " (at) ", "(at)", "[at]"})
    if (auto found = plain.find(at); found != std::string::npos && plain.find('@') == std::string::npos) {
      plain = plain.substr(0, found) + "@" + plain.substr(found + at.size());
      plain = replace_all(plain, " dot ", ".");
      break;
    }
  auto at = plain.rfind('@');
  bool good = at != std::string::npos && at > 0 && at + 1 < plain.size() && plain.find_first_of(" \t|<>") == std::string::npos;
  (good ? sender.address : sender.obscured) = plain;
}

}  // namespace

bool is_header_line(std::string_view line) {
  auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 76) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

Headers Headers::take(std::string_view& text) {
  Headers headers;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (!line.empty() && !folded && !is_header_line(line) && !line.starts_with(">From ") && line.find(':') == std::string_view::npos) {
      if (headers.fields_.empty()) return headers;
      break;  // a body without an empty line before it
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) break;
    if (folded) {
      if (!headers.fields_.empty()) headers.fields_.back().second.append(" ").append(trim(line));
      continue;
    }
    auto colon = line.find(':');
    headers.fields_.emplace_back(lower_ascii(trim(line.substr(0, colon))), std::string{trim(line.substr(colon + 1))});
  }
  return headers;
}

std::string_view Headers::operator[](std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (field == name) return value;
  return {};
}

Sender read_sender(std::string_view from) {
  Sender sender;
  from = trim(from);
  auto open = from.rfind('<'), close = from.rfind('>');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
    read_address(from.substr(open + 1, close - open - 1), sender);
    sender.name = trim(decode_words(unquoted(from.substr(0, open))));
  } else if (auto bracket = from.find(" ("); bracket != std::string_view::npos && from.ends_with(')')) {
    read_address(from.substr(0, bracket), sender);
    auto name = from.substr(bracket + 2, from.size() - bracket - 3);
    sender.name = trim(decode_words(unquoted(name)));
  } else {
    read_address(from, sender);
  }
  if (sender.name == sender.address) sender.name.clear();
  return sender;
}

std::optional<Time> read_date(std::string_view text) {
  auto plain = without_comments(text);
  if (auto iso = parse_time(trim(plain))) return *iso;
  int day = 0, month = 0, year = -1, zone = 0;
  std::optional<Clock> clock;
  bool zone_seen = false, dst = false;
  for (auto word : words_of(plain)) {
    if (auto named = month == 0 ? month_of(word) : 0; named > 0 && !is_digit(word.front())) {
      month = named;
    } else if (auto found = clock_of(word); found && !clock) {
      clock = found;
    } else if (all_digits(word)) {
      int value = number_of(word);
      if (word.size() <= 2 && day == 0) day = value;
      else if (year < 0) year = word.size() == 2 ? (value < 70 ? 2000 + value : 1900 + value) : value < 200 ? 1900 + value : value;
    } else if (split(word, '-').size() == 3 && all_digits(split(word, '-')[0])) {  // 12-Mar-1999
      auto parts = split(word, '-');
      day = number_of(parts[0]);
      month = month_of(parts[1]);
      year = number_of(parts[2]);
      if (parts[2].size() == 2) year += year < 70 ? 2000 : 1900;
    } else if (lower_ascii(word) == "dst") {
      dst = true;
    } else if (auto offset = zone_of(word); offset && clock && !zone_seen) {
      zone = *offset;
      zone_seen = true;
    }
  }
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)}, std::chrono::day{static_cast<unsigned>(day)}};
  if (!clock || month == 0 || year < 1 || year > 9998 || !date.ok()) return std::nullopt;
  Time at = Day{date};
  return at + std::chrono::hours{clock->hour} + std::chrono::minutes{clock->minute - zone - (dst ? 60 : 0)} + std::chrono::seconds{clock->second};
}

std::optional<Time> separator_date(std::string_view line) {
  if (!line.starts_with("From ") || line.size() < 24) return std::nullopt;
  auto words = words_of(line.substr(5));
  for (std::size_t i = 0; i + 4 < words.size() + 1; ++i) {  // Wed Jan 3 19:07:38 [zone] 2001
    if (words[i].size() != 3 || i + 4 >= words.size() || month_of(words[i + 1]) == 0 || !all_digits(words[i + 2]) || !clock_of(words[i + 3])) continue;
    return read_date(line.substr(static_cast<std::size_t>(words[i].data() - line.data())));
  }
  return std::nullopt;
}

std::vector<std::string> read_ids(std::string_view header) {
  std::vector<std::string> ids;
  if (header.find('<') == std::string_view::npos) {
    for (auto word : words_of(header))
      if (word.find('@') != std::string_view::npos) ids.emplace_back(word);
    return ids;
  }
  while (ids.size() < 1000) {
    auto open = header.find('<'), close = open == std::string_view::npos ? open : header.find('>', open);
    if (close == std::string_view::npos) break;
    std::string id{header.substr(open + 1, close - open - 1)};
    std::erase_if(id, is_blank);  // folded in the middle
    if (!id.empty()) ids.push_back(std::move(id));
    header.remove_prefix(close + 1);
  }
  return ids;
}

}  // namespace rapport::mbox
