// An Http that answers out of a recorded session and keeps a log of what it was asked, so that a test can also say
// what was not asked. The format of a session file:
//
//   # a comment, before the first request or after a separator
//   GET https://forum.example.org/latest.json?page=0
//   Accept: application/json            <- request headers that must be sent, if any
//
//   200 application/json                <- status and content type
//   Some-Header: value
//
//   {"topic_list": …}                   <- body, up to the separator
//   ===
//   GET …
//
// A request that stands there several times is answered in that order, the last answer again and again. A body of a
// request (POST) follows its headers after a line of "---".
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/http.h"

namespace rapport::test {

struct Exchange {
  HttpRequest request;  // headers: those that must be there
  HttpResponse response;
};

// Errors: kBadInput naming the line.
Result<std::vector<Exchange>> parse_session(std::string_view text);

class ReplayHttp : public Http {
 public:
  explicit ReplayHttp(std::vector<Exchange> session) : session_(std::move(session)) {}

  Result<HttpResponse> send(const HttpRequest& request) override;

  // Called for each request with its number (from 0) before the session is asked; what it returns is the answer
  // instead. nullopt = go on to the session.
  std::function<std::optional<Result<HttpResponse>>(const HttpRequest&, std::size_t)> interfere;

  // "GET https://…" of every request, in order.
  const std::vector<std::string>& log() const { return log_; }
  // Exchanges nobody asked for.
  std::vector<std::string> unused() const;

 private:
  std::vector<Exchange> session_;
  std::map<std::string, std::size_t> times_asked_;
  std::vector<std::string> log_;
};

}  // namespace rapport::test
