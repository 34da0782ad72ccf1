#include "tests/support/replay_http.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace rapport::test {
namespace {

std::string key_of(const HttpRequest& request) {
  return request.method + " " + request.url + (request.body.empty() ? "" : "\n" + request.body);
}

std::string first_line(const std::string& key) { return key.substr(0, key.find('\n')); }

bool sends(const HttpRequest& request, const std::pair<std::string, std::string>& wanted) {
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    return lower_ascii(header.first) == lower_ascii(wanted.first) && header.second == wanted.second;
  });
}

class SessionParser {
 public:
  explicit SessionParser(std::string_view text) : lines_(split(text, '\n')) {}

  Result<std::vector<Exchange>> parse() {
    std::vector<Exchange> session;
    for (;;) {
      while (at_ < lines_.size() && (trim(lines_[at_]).empty() || lines_[at_].starts_with('#'))) ++at_;
      if (at_ >= lines_.size()) return session;
      session.push_back(TRY(exchange()));
    }
  }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(Error::Kind::kBadInput, fmt::format("line {}: {}", at_ + 1, what), "see tests/support/replay_http.h");
  }

  Result<HttpHeaders> headers() {
    HttpHeaders out;
    for (; at_ < lines_.size() && !trim(lines_[at_]).empty() && lines_[at_] != "---"; ++at_) {
      auto colon = lines_[at_].find(':');
      if (colon == std::string_view::npos) return wrong("expected a header `Name: value` or an empty line");
      out.emplace_back(trim(lines_[at_].substr(0, colon)), trim(lines_[at_].substr(colon + 1)));
    }
    return out;
  }

  Result<Exchange> exchange() {
    Exchange one;
    auto line = trim(lines_[at_]);
    auto blank = line.find(' ');
    if (blank == std::string_view::npos) return wrong("expected `METHOD URL`");
    one.request.method = line.substr(0, blank);
    one.request.url = trim(line.substr(blank + 1));
    ++at_;
    one.request.headers = TRY(headers());
    if (at_ < lines_.size() && lines_[at_] == "---")
      for (++at_; at_ < lines_.size() && !lines_[at_].empty(); ++at_) {
        if (!one.request.body.empty()) one.request.body += '\n';
        one.request.body += lines_[at_];
      }
    while (at_ < lines_.size() && trim(lines_[at_]).empty()) ++at_;
    if (at_ >= lines_.size()) return wrong("expected `STATUS content/type`");
    line = trim(lines_[at_]);
    auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), one.response.status);
    if (error != std::errc{}) return wrong("expected `STATUS content/type`");
    auto type = trim(line.substr(static_cast<std::size_t>(end - line.data())));
    if (!type.empty()) one.response.headers.emplace_back("Content-Type", type);
    ++at_;
    auto more = TRY(headers());
    one.response.headers.insert(one.response.headers.end(), more.begin(), more.end());
    if (at_ < lines_.size()) ++at_;  // the empty line
    std::string& body = one.response.body;
    for (bool first = true; at_ < lines_.size() && trim(lines_[at_]) != "==="; ++at_, first = false) {
      if (!first) body += '\n';
      body += lines_[at_];
    }
    while (body.ends_with('\n')) body.pop_back();
    ++at_;
    return one;
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<Exchange>> parse_session(std::string_view text) { return SessionParser{text}.parse(); }

Result<HttpResponse> ReplayHttp::send(const HttpRequest& request) {
  auto key = key_of(request);
  log_.push_back(first_line(key));
  if (interfere)
    if (auto instead = interfere(request, log_.size() - 1)) return *instead;
  std::vector<const Exchange*> matching;
  const std::pair<std::string, std::string>* missing = nullptr;
  for (const auto& exchange : session_) {
    if (key_of(exchange.request) != key) continue;
    auto absent = std::find_if(exchange.request.headers.begin(), exchange.request.headers.end(), [&](const auto& h) { return !sends(request, h); });
    if (absent == exchange.request.headers.end()) matching.push_back(&exchange);
    else missing = &*absent;
  }
  if (matching.empty() && missing != nullptr)
    return fail(Error::Kind::kBug, fmt::format("the request did not send {}: {}\n  {}", missing->first, missing->second, first_line(key)));
  if (matching.empty()) return fail(Error::Kind::kBug, "the recorded session has no " + first_line(key));
  auto& asked = times_asked_[key];
  return matching[std::min(asked++, matching.size() - 1)]->response;
}

std::vector<std::string> ReplayHttp::unused() const {
  std::vector<std::string> out;
  std::map<std::string, std::size_t> left = times_asked_;
  for (const auto& exchange : session_) {
    auto key = key_of(exchange.request);
    if (left[key] > 0) --left[key];
    else out.push_back(first_line(key));
  }
  return out;
}

}  // namespace rapport::test
