#include "connectors/irc/line.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rapport::irc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `count` digits off the front of `text`; nothing is taken where there are fewer.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Day> day_of(int year, int month, int day) {
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)}, std::chrono::day{static_cast<unsigned>(day)}};
  return date.ok() && year > 1970 ? std::optional{Day{date}} : std::nullopt;
}

// "2024-03-04", "2024/03/04", "2012_10_17", "20240304".
std::optional<Day> take_day(std::string_view& text) {
  auto rest = text;
  auto year = take_digits(rest, 4);
  if (!year || rest.empty()) return std::nullopt;
  char separator = rest.front();
  bool separated = separator == '-' || separator == '/' || separator == '_' || separator == '.';
  if (separated) rest.remove_prefix(1);
  auto month = take_digits(rest, 2);
  if (!month || (separated && !take(rest, separator))) return std::nullopt;
  auto day = take_digits(rest, 2);
  if (!day || (!rest.empty() && is_digit(rest.front()))) return std::nullopt;
  auto found = day_of(*year, *month, *day);
  if (found) text = rest;
  return found;
}

// "09:00", "09:00:10", "09:00:10.250".
std::optional<std::chrono::seconds> take_clock(std::string_view& text) {
  auto rest = text;
  auto hours = take_digits(rest, 2);
  if (!hours || !take(rest, ':')) return std::nullopt;
  auto minutes = take_digits(rest, 2);
  if (!minutes) return std::nullopt;
  int seconds = 0;
  if (auto more = rest; take(more, ':'))
    if (auto number = take_digits(more, 2)) {
      seconds = *number;
      rest = more;
      if (auto fraction = rest; take(fraction, '.') && !fraction.empty() && is_digit(fraction.front())) {
        while (!fraction.empty() && is_digit(fraction.front())) fraction.remove_prefix(1);
        rest = fraction;
      }
    }
  if (*hours > 23 || *minutes > 59 || seconds > 60) return std::nullopt;
  text = rest;
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes} + std::chrono::seconds{seconds};
}

// "Z", "+0200", "-05:30".
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  auto rest = text;
  if (take(rest, 'Z')) {
    text = rest;
    return std::chrono::minutes{0};
  }
  int sign = rest.starts_with('+') ? 1 : rest.starts_with('-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  rest.remove_prefix(1);
  auto hours = take_digits(rest, 2);
  if (!hours) return std::nullopt;
  take(rest, ':');
  auto minutes = take_digits(rest, 2);
  if (!minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  text = rest;
  return sign * (std::chrono::hours{*hours} + std::chrono::minutes{*minutes});
}

int month_of(std::string_view word) {
  constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
  if (word.size() < 3) return 0;
  auto found = std::find(kMonths.begin(), kMonths.end(), lower_ascii(word.substr(0, 3)));
  return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

std::optional<int> number_of(std::string_view word) {
  auto rest = word;
  auto number = word.size() <= 4 ? take_digits(rest, word.size()) : std::nullopt;
  return word.empty() ? std::nullopt : number;
}

// The day in "--- Day changed Tue Mar 05 2024", "--- Log opened Mon Mar 04 08:59:00 2024", "Session Start: Mon Mar 04 08:59:00 2024".
std::optional<Day> day_in_words(std::string_view text) {
  auto words = split(text, ' ');
  std::erase(words, std::string_view{});
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    auto month = month_of(words[i]);
    auto day = number_of(words[i + 1]);
    if (month == 0 || !day) continue;
    for (std::size_t k = i + 2; k < std::min(words.size(), i + 5); ++k)
      if (auto year = number_of(words[k]); year && words[k].size() == 4) return day_of(*year, month, *day);
  }
  return std::nullopt;
}

// Lines that clients write about themselves when a log begins, ends or passes midnight.
bool is_day_line(std::string_view text) {
  for (std::string_view start : {"--- Log opened", "--- Log closed", "--- Day changed", "--- ", "**** BEGIN LOGGING AT", "**** ENDING LOGGING AT", "Session Start:", "Session Time:",
                                 "Session Close:", "Session Ident:"})
    if (text.starts_with(start)) return true;
  return false;
}

std::string_view bare_nick(std::string_view nick) {
  nick = trim(nick);
  while (nick.size() > 1 && std::string_view{"~&@%+!"}.find(nick.front()) != std::string_view::npos) nick.remove_prefix(1);
  return nick;
}

// The nick is the word in front, the text what follows it.
void word_and_rest(std::string_view text, Line& line) {
  text = trim(text);
  auto end = text.find_first_of(" \t");
  line.nick = bare_nick(text.substr(0, end));
  line.text = end == std::string_view::npos ? std::string_view{} : trim(text.substr(end));
}

// "bo (~bo@host.example) has joined #sdk", "bo [~bo@host] has joined", "Joins: bo (~bo@host)"; with or without the host.
bool is_join(std::string_view text, Line& line) {
  if (text.starts_with("Joins: ")) {
    word_and_rest(text.substr(7), line);
    line.text = {};
    return true;
  }
  Line joined;
  word_and_rest(text, joined);
  auto rest = joined.text;
  if (!rest.empty() && (rest.front() == '(' || rest.front() == '[')) {
    auto close = rest.find(rest.front() == '(' ? ')' : ']');
    if (close == std::string_view::npos) return false;
    rest = trim(rest.substr(close + 1));
  }
  if (!rest.starts_with("has joined") && !rest.starts_with("joined #") && !rest.starts_with("joined &")) return false;
  line.nick = joined.nick;
  return true;
}

// What Eggdrop notes has nothing in front.
bool is_eggdrop_note(std::string_view text) {
  for (std::string_view start : {"Nick change: ", "Topic changed on ", "Got SIGHUP", "mode change '"})
    if (text.starts_with(start)) return true;
  for (std::string_view middle : {": mode change '", ") left #", ") left irc", ") got netsplit", ") returned to #", ") got lost in the net-split", " kicked from #", ") rejoined #"})
    if (text.find(middle) != std::string_view::npos) return true;
  return false;
}

// HexChat writes what others do, and what it notes itself, both behind a star.
bool is_hexchat_note(std::string_view text) {
  for (std::string_view middle : {" has left", " has quit", " is now known as ", " sets mode", " gives ", " removes ", " has changed the topic", " has kicked ", "\tNow talking on "})
    if (text.find(middle) != std::string_view::npos) return true;
  return false;
}

void read_body(std::string_view body, Line& line) {
  auto note = [&](std::string_view text) { line.kind = is_join(trim(text), line) ? Kind::kJoin : Kind::kOther; };
  auto text = body;
  if (take(text, '<')) {
    auto close = text.find('>');
    if (close == std::string_view::npos || close == 0) return;
    line.kind = Kind::kMessage;
    line.nick = bare_nick(text.substr(0, close));
    line.text = trim(text.substr(close + 1));
    if (line.nick.empty() || line.nick.find(' ') != std::string_view::npos) line.kind = Kind::kUnknown;
  } else if (body.starts_with("*** ") || body.starts_with("-!- ") || body.starts_with("=== ")) {
    note(body.substr(4));
  } else if (body.starts_with("***") || body.starts_with("--- ") || body == "---") {
    line.kind = Kind::kOther;
  } else if (body.starts_with("-->") || body.starts_with("<--")) {
    note(body.substr(3));
  } else if (body.starts_with("--\t") || body.starts_with("-- ")) {
    line.kind = Kind::kOther;
  } else if (body.starts_with("* ") || body.starts_with("*\t")) {
    Line joined;
    if (is_join(trim(body.substr(2)), joined)) return note(body.substr(2));
    if (body[1] == '\t' && is_hexchat_note(body)) return void(line.kind = Kind::kOther);
    line.kind = Kind::kAction;
    word_and_rest(body.substr(2), line);
  } else if (body.starts_with("Action: ")) {
    line.kind = Kind::kAction;
    word_and_rest(body.substr(8), line);
  } else if (take(text, '-') && text.find('-') != std::string_view::npos && text.find('-') > 0 && text.substr(0, text.find("- ")).find(' ') == std::string_view::npos) {
    auto close = std::min(text.find("- "), text.size() - 1);
    line.kind = Kind::kNotice;
    line.nick = bare_nick(text.substr(0, close));
    line.text = trim(text.substr(close + 1));
  } else if (is_join(body, line)) {
    line.kind = Kind::kJoin;
  } else if (is_eggdrop_note(body)) {
    line.kind = Kind::kOther;
  }
}

// WeeChat: the prefix is a column of its own, a nick or a sign.
void read_columns(std::string_view prefix, std::string_view text, Line& line) {
  auto sign = trim(prefix);
  line.text = text;
  if (sign == "-->" ) {
    line.text = {};
    line.kind = is_join(trim(text), line) ? Kind::kJoin : Kind::kOther;
  } else if (sign == "<--" || sign == "--" || sign == "=!=" || sign.empty()) {
    line.kind = Kind::kOther;
  } else if (sign == "*") {
    line.kind = Kind::kAction;
    word_and_rest(text, line);
  } else {
    line.kind = sign.find(' ') == std::string_view::npos ? Kind::kMessage : Kind::kUnknown;
    line.nick = bare_nick(sign);
  }
}

// "Mar 04 09:00:10": the year is that of the day before, or the next one where the months begin again.
bool take_month_and_day(std::string_view& text, std::optional<Day> before, Line& line) {
  auto rest = text;
  auto month = rest.size() > 4 && rest[3] == ' ' ? month_of(rest.substr(0, 3)) : 0;
  if (month == 0) return false;
  rest.remove_prefix(4);
  take(rest, ' ');
  auto day = take_digits(rest, 2);
  if (!day) day = take_digits(rest, 1);
  if (!day || !take(rest, ' ')) return false;
  if (before) {
    std::chrono::year_month_day known{*before};
    int year = static_cast<int>(known.year());
    if (static_cast<unsigned>(month) + 6 < static_cast<unsigned>(known.month())) ++year;
    line.day = day_of(year, month, *day);
  }
  text = rest;
  return true;
}

}  // namespace

Line read_line(std::string_view text, std::optional<Day> before) {
  Line line;
  if (text.ends_with('\r')) text.remove_suffix(1);
  auto rest = text;
  bool bracket = take(rest, '[');
  if (auto day = take_day(rest)) {
    line.day = day;
    if (!take(rest, 'T') && !take(rest, ' ')) return line;
  } else {
    take_month_and_day(rest, before, line);
  }
  auto clock = take_clock(rest);
  if (!clock) {
    line.day = is_day_line(text) ? day_in_words(text) : std::nullopt;
    if (line.day) line.kind = Kind::kDay;
    else if (trim(text).empty() || is_day_line(text)) line.kind = Kind::kOther;
    return line;
  }
  line.clock = *clock;
  line.zone = take_zone(rest);
  if (bracket && !take(rest, ']')) return Line{};
  if (rest.empty() || (rest.front() != ' ' && rest.front() != '\t')) return Line{};
  if (line.day && !bracket && !line.zone && rest.front() == '\t') {
    if (auto tab = rest.find('\t', 1); tab != std::string_view::npos) {
      read_columns(rest.substr(1, tab - 1), rest.substr(tab + 1), line);
      return line;
    }
  }
  auto body = trim(rest);
  if (body.starts_with("--- "))  // Eggdrop at midnight
    if (auto day = day_in_words(body)) {
      line.kind = Kind::kDay;
      line.day = day;
      return line;
    }
  read_body(body, line);
  return line;
}

std::optional<Day> day_of_name(std::string_view name) {
  for (std::size_t i = 0; i + 8 <= name.size(); ++i) {
    if (!is_digit(name[i]) || (i > 0 && is_digit(name[i - 1]))) continue;
    auto rest = name.substr(i);
    if (auto day = take_day(rest)) return day;
  }
  return std::nullopt;
}

std::string channel_of_path(std::string_view path) {
  auto parts = split(path, '/');
  for (std::size_t i = parts.size(); i-- > 0;) {
    std::string part{parts[i]};
    if (i + 1 == parts.size()) {
      for (std::string_view ending : {".gz", ".xz", ".zst", ".bz2", ".log", ".txt", ".weechatlog"})
        if (part.ends_with(ending)) part.resize(part.size() - ending.size());
    }
    for (std::size_t at = 0; at + 8 <= part.size(); ++at) {
      if (!is_digit(part[at]) || (at > 0 && is_digit(part[at - 1]))) continue;
      std::string_view rest{part};
      rest.remove_prefix(at);
      auto before = rest.size();
      if (!take_day(rest)) continue;
      part.erase(at, before - rest.size());
      break;
    }
    if (auto hash = part.find('#'); hash != std::string::npos) part.erase(0, hash);
    while (!part.empty() && std::string_view{"._- "}.find(part.back()) != std::string_view::npos) part.pop_back();
    while (!part.empty() && std::string_view{"._- "}.find(part.front()) != std::string_view::npos) part.erase(0, 1);
    if (!part.empty()) return part;
  }
  return {};
}

}  // namespace rapport::irc
