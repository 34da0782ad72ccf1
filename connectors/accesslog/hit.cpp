#include "connectors/accesslog/hit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/text.h"

namespace rapport::accesslog {
namespace {

bool number_of(std::string_view digits, int& value) {
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} && end == digits.data() + digits.size() && !digits.empty();
}

// "GET /a?b HTTP/1.1"; anything else is kept as a request that is none.
void set_request(std::string_view request, Hit& hit) {
  auto first = request.find(' ');
  auto last = request.rfind(' ');
  auto target = first == std::string_view::npos ? std::string_view{} : request.substr(first + 1, last > first ? last - first - 1 : std::string_view::npos);
  hit.method = request.substr(0, first);
  bool good = !target.empty() && hit.method.size() <= 20 && std::all_of(hit.method.begin(), hit.method.end(), [](unsigned char c) { return std::isupper(c) || c == '-' || c == '_'; });
  if (!good) {
    hit.method = "-";
    return;
  }
  if (auto scheme = target.find("://"); scheme != std::string_view::npos && scheme < 6) {  // asked as of a proxy
    auto slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view{"/"} : target.substr(slash);
  }
  target = target.substr(0, target.find('#'));
  auto query = target.find('?');
  hit.path = target.substr(0, query);
  if (query != std::string_view::npos) hit.query = target.substr(query + 1);
}

std::string host_only(std::string_view host) {
  if (auto colon = host.rfind(':'); colon != std::string_view::npos && host.find(':') == colon) host = host.substr(0, colon);
  return lower_ascii(host);
}

void set_text(std::string& to, std::string_view from) { to = from == "-" ? std::string_view{} : from; }

// A text in quotes at the front of `rest`, "\"" inside of it allowed; false when there is none.
bool take_quoted(std::string_view& rest, std::string& text) {
  rest = trim(rest);
  if (!rest.starts_with('"')) return false;
  text.clear();
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    text += rest[i];
  }
  return false;
}

// "17/May/2015:10:05:03 +0200"
bool read_time(std::string_view text, Time& at) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  auto month = text.size() >= 20 && text[2] == '/' && text[6] == '/' && text[11] == ':' ? kMonths.find(text.substr(3, 3)) : std::string_view::npos;
  if (month == std::string_view::npos || month % 3 != 0) return false;
  std::string zone{trim(text.substr(20))};
  if (zone.size() == 5) zone.insert(3, ":");
  auto time = parse_time(fmt::format("{}-{:02}-{}T{}{}", text.substr(7, 4), month / 3 + 1, text.substr(0, 2), text.substr(12, 8), zone.empty() ? "Z" : zone));
  if (time) at = *time;
  return time.has_value();
}

std::vector<std::string> values_of(std::string_view line) {
  std::vector<std::string> values;
  for (;;) {
    line = trim(line);
    if (line.empty()) return values;
    std::string quoted;
    if (line.front() == '"' && take_quoted(line, quoted)) {
      values.push_back(std::move(quoted));
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
  if (auto brace = line.find('{'); brace == 0 || (brace != std::string_view::npos && brace < 64 && trim(line.substr(0, brace)).ends_with('|')))
    return read_json(line.substr(brace), hit);  // behind the name of a container
  return fields_.empty() ? read_combined(line, hit) : read_w3c(line, hit);
}

std::string LineParser::read_combined(std::string_view line, Hit& hit) {
  auto open = line.find(" ["), close = open == std::string_view::npos ? open : line.find(']', open);
  if (close == std::string_view::npos) return "not a line of an access log";
  auto before = split(trim(line.substr(0, open)), ' ');
  if (before.size() < 3) return "no address, identity and user before the time";
  bool with_host = before.size() == 4;  // a virtual host stands first
  hit.address = before[with_host ? 1 : 0];
  if (with_host) hit.host = host_only(before[0]);
  if (!read_time(line.substr(open + 2, close - open - 2), hit.at)) return "no time in brackets";
  auto rest = line.substr(close + 1);
  std::string request;
  if (!take_quoted(rest, request)) return "no request in quotes";
  rest = trim(rest);
  if (!number_of(rest.substr(0, rest.find(' ')), hit.status) || hit.status < 100 || hit.status > 599) return "no status after the request";
  set_request(request, hit);
  rest = rest.substr(std::min(rest.find(' '), rest.size()));
  rest = trim(rest);
  rest = rest.substr(std::min(rest.find(' '), rest.size()));  // bytes sent
  std::string text;
  for (auto* to : {&hit.referrer, &hit.agent}) {
    if (take_quoted(rest, text)) set_text(*to, text);
    else if (trim(rest).starts_with('"')) return "a quotation that does not end";
  }
  return {};
}

void LineParser::read_directive(std::string_view line) {
  auto value = trim(line.substr(std::min(line.find(':'), line.size() - 1) + 1));
  if (starts_with_ignoring_case(line, "#fields:")) {
    fields_.clear();
    for (auto& name : values_of(value)) fields_.push_back(lower_ascii(name));
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
  auto values = values_of(line);
  if (values.size() != fields_.size()) return fmt::format("{} values for {} fields", values.size(), fields_.size());
  std::string date = date_, time, stem, query, method, agent, referrer;
  bool iis = line.find('\t') == std::string_view::npos && line.find('"') == std::string_view::npos;  // "+" for blanks
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto& field = fields_[i];
    auto& value = values[i];
    if (field == "date" || field == "date-local") date = value;
    else if (field == "time" || field == "time-local") time = value;
    else if (field == "c-ip") hit.address = value;
    else if (field == "cs-method") method = value;
    else if (field == "cs-uri-stem" || field == "cs-uri") stem = value;
    else if (field == "cs-uri-query") query = value;
    else if (field == "sc-status") number_of(value, hit.status);
    else if (field == "cs(user-agent)") agent = value;
    else if (field == "cs(referer)" || field == "cs(referrer)") referrer = value;
    else if (field == "cs(host)" || field == "cs-host") hit.host = host_only(value);
  }
  auto at = parse_time(date + "T" + time + (time.ends_with('Z') ? "" : "Z"));
  if (!at) return "no date and time";
  if (stem.empty() || hit.status < 100 || hit.status > 599) return "no page and status of HTTP";
  hit.at = *at - std::chrono::minutes{offset_minutes_};
  set_request(fmt::format("{} {} -", method.empty() ? "GET" : method, stem), hit);
  if (query != "-" && !query.empty()) hit.query = query;
  if (iis) std::replace(agent.begin(), agent.end(), '+', ' ');
  set_text(hit.agent, agent);
  set_text(hit.referrer, referrer);
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
    hit.host = host_only(request["host"].text());
    set_request(fmt::format("{} {} -", request["method"].text(), request["uri"].text()), hit);
    hit.status = static_cast<int>((*root)["status"].integer().value_or(0));
    hit.agent = first("User-Agent");
    hit.referrer = first("Referer");
  } else if (auto uri = (*root)["ClientRequestURI"]; uri.is_string()) {  // Cloudflare
    if (!set_time((*root)["EdgeStartTimestamp"])) return "no time in `EdgeStartTimestamp`";
    hit.address = (*root)["ClientIP"].text();
    hit.host = host_only((*root)["ClientRequestHost"].text());
    set_request(fmt::format("{} {} -", (*root)["ClientRequestMethod"].text(), uri.text()), hit);
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
