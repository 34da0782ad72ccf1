// A question to the server and its answer, without sockets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rapport {

struct Request {
  std::string method = "GET";
  std::string target;  // as it was sent: path?query
  std::string path;    // decoded
  std::vector<std::pair<std::string, std::string>> parameters;  // of the query, decoded, in order
  std::string name;    // what stands in the place of {name} in the route
  // Header fields, empty where they were not sent.
  std::string host, origin, content_type, if_none_match, accept_encoding, fetch_site, last_event_id;
  // Of a POST: its body, and what proves who sent it.
  std::string body, authorization, idempotency_key;
  std::string signature;  // X-Hub-Signature-256, as GitHub, Gitea and others sign
  std::string token;      // X-Gitlab-Token
  std::vector<std::pair<std::string, std::string>> webhook_headers;  // those that say what a delivery is; no secrets

  // The value of a parameter that may be given once; none if it was not given.
  std::optional<std::string> parameter(std::string_view key) const;
  // Every value of a parameter that may be given again.
  std::vector<std::string> parameters_called(std::string_view key) const;
};

struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Takes "path?query" apart. Errors: kBadInput for what is no path, no UTF-8, or holds a NUL.
Result<Request> parse_target(std::string_view target);

// Errors: kBadInput, with a suggestion, for a parameter that is neither in `once` nor in `again`, or twice given in `once`.
Result<> check_parameters(const Request& request, std::span<const std::string_view> once, std::span<const std::string_view> again);

// A whole number from `least` to `most`; `otherwise` where it was not given. Errors: kBadInput.
Result<std::int64_t> number_parameter(const Request& request, std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most);

// {"error": {kind, what, fix, trail}} with the status that fits.
Answer error_answer(const Error& error);

}  // namespace rapport
