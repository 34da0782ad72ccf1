#include "connectors/accesslog/hit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace rapport::accesslog {
namespace {

bool number_of(std::string_view digits, int& value) {
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() && !digits.empty();
}

void set_request(std::string_view method, std::string_view target, Hit& hit) {
  bool good = !target.empty() && method.size() <= 20 && std::all_of(method.begin(), method.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; });
  hit.method = good ? method : "-";
  if (!good) return;
  if (auto scheme = target.substr(0, 8).find("://"); scheme != std::string_view::npos && scheme < 6) {  // asked as of a proxy
    auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view{"/"} : target.substr(slash);
  }
  target = target.substr(0, target.find('#'));
  auto query = target.find('?');
  hit.path = target.substr(0, query);
  if (query != std::string_view::npos) hit.query = target.substr(query + 1);
}

// "GET /a?b HTTP/1.1"; anything else is kept as a request that is none.
void set_request(std::string_view request, Hit& hit) {
  auto first = request.find(' ');
  auto last = request.rfind(' ');
  auto target = first == std::string_view::npos ? std::string_view{} : request.substr(first + 1, last > first ? last - first - 1 : std::string_view::npos);
  set_request(request.substr(0, first), target, hit);
}

// Without the port, in lower case: a view of `lower`.
std::string_view host_only(std::string_view host, std::string& lower) {
  if (auto colon = host.rfind(':'); colon != std::string_view::npos && host.find(':') == colon) host = host.substr(0, colon);
  lower = lower_ascii(host);
  return lower;
}

std::string_view text_of(std::string_view from) { return from == "-" ? std::string_view{} : from; }

// A text in quotes at the front of `rest`, "\"" inside of it allowed; false when there is none. `text` is a view of `rest`, or of
// `unescaped` where there are backslashes.
bool take_quoted(std::string_view& rest, std::string_view& text, std::string& unescaped) {
  rest = trim(rest);
  if (!rest.starts_with('"')) return false;
  auto end = rest.find('"', 1);
  if (end != std::string_view::npos && std::memchr(rest.data(), '\\', end) == nullptr) {
    text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return true;
  }
  unescaped.clear();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      text = unescaped;
      return true;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    unescaped += rest[i];
  }
  return false;
}

int digits_of(std::string_view text) {  // -1 where one is none
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = 10 * value + (c - '0');
  }
  return value;
}

// "17/May/2015:10:05:03 +0200"
bool read_time(std::string_view text, Time& at) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':') return false;
  auto month = kMonths.find(text.substr(3, 3));
  int day = digits_of(text.substr(0, 2)), year = digits_of(text.substr(7, 4));
  int hour = digits_of(text.substr(12, 2)), minute = digits_of(text.substr(15, 2)), second = digits_of(text.substr(18, 2));
  if (month == std::string_view::npos || month % 3 != 0 || day < 0 || year < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month / 3 + 1)}, std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return false;
  auto zone = trim(text.substr(20));
  int offset = 0;
  if (!zone.empty() && zone != "Z") {
    int number = zone.size() == 5 ? digits_of(zone.substr(1)) : zone.size() == 6 && zone[3] == ':' ? digits_of(zone.substr(1, 2)) * 100 + digits_of(zone.substr(4)) : -1;
    if (number < 0 || number / 100 > 23 || number % 100 > 59 || (zone[0] != '+' && zone[0] != '-')) return false;
    offset = (number / 100 * 60 + number % 100) * (zone[0] == '-' ? -1 : 1);
  }
  at = Time{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute - offset} + std::chrono::seconds{second};
  return true;
}

void split_values(std::string_view line, std::vector<std::string>& values) {
  values.clear();
  std::string unescaped;
  for (;;) {
    line = trim(line);
    if (line.empty()) return;
    std::string_view quoted;
    if (line.front() == '"' && take_quoted(line, quoted, unescaped)) {
      values.emplace_back(quoted);
      continue;
    }
    auto end = line.find_first_of(" \t");
    values.emplace_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end);
  }
}

}  // namespace

std::string LineParser::read(std::string_view line, Hit& hit) {
  hit = Hit{};
  line = trim(line);
  if (line.starts_with('#')) {
    read_directive(line);
    return {};
  }
  if (auto brace = line.substr(0, 64).find('{'); brace == 0 || (brace != std::string_view::npos && trim(line.substr(0, brace)).ends_with('|')))
    return read_json(line.substr(brace), hit);  // behind the name of a container
  return fields_.empty() ? read_combined(line, hit) : read_w3c(line, hit);
}

std::string LineParser::read_combined(std::string_view line, Hit& hit) {
  auto open = line.find(" ["), close = open == std::string_view::npos ? open : line.find(']', open);
  if (close == std::string_view::npos) return "not a line of an access log";
  std::string_view before[4];
  std::size_t words = 1;
  for (auto rest = trim(line.substr(0, open));; ++words) {
    auto blank = rest.find(' ');
    if (words <= std::size(before)) before[words - 1] = rest.substr(0, blank);
    if (blank == std::string_view::npos) break;
    rest.remove_prefix(blank + 1);
  }
  if (words < 3) return "no address, identity and user before the time";
  bool with_host = words == 4;  // a virtual host stands first
  hit.address = before[with_host ? 1 : 0];
  if (with_host) hit.host = host_only(before[0], host_);
  if (!read_time(line.substr(open + 2, close - open - 2), hit.at)) return "no time in brackets";
  auto rest = line.substr(close + 1);
  std::string_view request;
  if (!take_quoted(rest, request, unescaped_[0])) return "no request in quotes";
  rest = trim(rest);
  if (!number_of(rest.substr(0, rest.find(' ')), hit.status) || hit.status < 100 || hit.status > 599) return "no status after the request";
  set_request(request, hit);
  rest = rest.substr(std::min(rest.find(' '), rest.size()));
  rest = trim(rest);
  rest = rest.substr(std::min(rest.find(' '), rest.size()));  // bytes sent
  std::string_view text;
  std::size_t number = 0;
  for (auto* to : {&hit.referrer, &hit.agent}) {
    if (take_quoted(rest, text, unescaped_[++number])) *to = text_of(text);
    else if (trim(rest).starts_with('"')) return "a quotation that does not end";
  }
  return {};
}

void LineParser::read_directive(std::string_view line) {
  auto value = trim(line.substr(std::min(line.find(':'), line.size() - 1) + 1));
  if (starts_with_ignoring_case(line, "#fields:")) {
    split_values(value, fields_);
    for (auto& name : fields_) name = lower_ascii(name);
  } else if (starts_with_ignoring_case(line, "#date:") || starts_with_ignoring_case(line, "#start-date:")) {
    date_ = value.substr(0, 10);
  } else if (int offset = 0; starts_with_ignoring_case(line, "#gmt-offset:") && value.size() == 5 && number_of(value.substr(1), offset)) {
    offset_minutes_ = (offset / 100 * 60 + offset % 100) * (value.front() == '-' ? -1 : 1);
  } else {
    return;
  }
  directives_ = fields_.empty() ? std::string{} : "#Fields: " + join(fields_, " ");
  if (!date_.empty()) directives_ += "\n#Date: " + date_;
  if (offset_minutes_ != 0) directives_ += fmt::format("\n#GMT-Offset: {}{:02}{:02}", offset_minutes_ < 0 ? '-' : '+', std::abs(offset_minutes_) / 60, std::abs(offset_minutes_) % 60);
}

void LineParser::set_directives(const std::string& text) {
  fields_.clear();
  date_.clear();
  directives_.clear();
  offset_minutes_ = 0;
  for (auto line : split(text, '\n'))
    if (line.starts_with('#')) read_directive(line);
}

std::string LineParser::read_w3c(std::string_view line, Hit& hit) {
  split_values(line, values_);
  if (values_.size() != fields_.size()) return fmt::format("{} values for {} fields", values_.size(), fields_.size());
  std::string_view date = date_, time, stem, query, method;
  bool iis = line.find('\t') == std::string_view::npos && line.find('"') == std::string_view::npos;  // "+" for blanks
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto& field = fields_[i];
    auto& value = values_[i];
    if (field == "date" || field == "date-local") date = value;
    else if (field == "time" || field == "time-local") time = value;
    else if (field == "c-ip") hit.address = value;
    else if (field == "cs-method") method = value;
    else if (field == "cs-uri-stem" || field == "cs-uri") stem = value;
    else if (field == "cs-uri-query") query = value;
    else if (field == "sc-status") number_of(value, hit.status);
    else if (field == "cs(referer)" || field == "cs(referrer)") hit.referrer = text_of(value);
    else if (field == "cs(host)" || field == "cs-host") hit.host = host_only(value, host_);
    else if (field == "cs(user-agent)") {
      if (iis) std::replace(value.begin(), value.end(), '+', ' ');
      hit.agent = text_of(value);
    }
  }
  auto at = parse_time(fmt::format("{}T{}{}", date, time, time.ends_with('Z') ? "" : "Z"));
  if (!at) return "no date and time";
  if (stem.empty() || hit.status < 100 || hit.status > 599) return "no page and status of HTTP";
  hit.at = *at - std::chrono::minutes{offset_minutes_};
  set_request(method.empty() ? "GET" : method, stem, hit);
  if (query != "-" && !query.empty()) hit.query = query;
  return {};
}

std::string LineParser::read_json(std::string_view line, Hit& hit) {
  auto root = document_.parse(line);
  if (!root) return root.error().what;
  auto set_time = [&](JsonValue value) {
    if (auto number = value.type() == JsonValue::Type::kNumber ? value.number() : std::nullopt) {
      auto seconds = *number;
      while (seconds > 1e11) seconds /= 1000;  // milli-, micro- or nanoseconds
      if (seconds < 0) return false;
      hit.at = Time{std::chrono::microseconds{static_cast<std::int64_t>(seconds * 1e6)}};
      return true;
    }
    auto time = parse_time(value.text());
    if (time) hit.at = *time;
    return time.has_value();
  };
  auto request = (*root)["request"];
  if (request.is_object()) {  // Caddy
    auto first = [&](std::string_view name) {
      auto values = request["headers"][name].items();
      return values.empty() ? std::string_view{} : values.front().text();
    };
    if (!set_time((*root)["ts"])) return "no time in `ts`";
    hit.address = request["client_ip"].text(request["remote_ip"].text(request["remote_addr"].text()));
    hit.host = host_only(request["host"].text(), host_);
    set_request(request["method"].text(), request["uri"].text(), hit);
    hit.status = static_cast<int>((*root)["status"].integer().value_or(0));
    hit.agent = first("User-Agent");
    hit.referrer = first("Referer");
  } else if (auto uri = (*root)["ClientRequestURI"]; uri.is_string()) {  // Cloudflare
    if (!set_time((*root)["EdgeStartTimestamp"])) return "no time in `EdgeStartTimestamp`";
    hit.address = (*root)["ClientIP"].text();
    hit.host = host_only((*root)["ClientRequestHost"].text(), host_);
    set_request((*root)["ClientRequestMethod"].text(), uri.text(), hit);
    hit.status = static_cast<int>((*root)["EdgeResponseStatus"].integer().value_or(0));
    hit.agent = (*root)["ClientRequestUserAgent"].text();
    hit.referrer = (*root)["ClientRequestReferer"].text();
  } else {
    // What Caddy says of itself.
    return (*root)["level"].is_string() && (*root)["msg"].is_string() ? std::string{} : "JSON of neither Caddy nor Cloudflare";
  }
  if (hit.status < 100 || hit.status > 599) {
    hit.status = 0;
    return "no status of HTTP";
  }
  return {};
}

}  // namespace rapport::accesslog
