// The one HTTP client seam. Connectors see only Http; whether it is the network, a recording or a replay in a
// test is decided by whoever calls them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rapport {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers;
  std::string body;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  // The first header of that name, ignoring case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

class Http {
 public:
  virtual ~Http() = default;
  // Any HTTP status is a response; an Error means that none was had. Thread-compatible.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;

  // An answer asked, in words of its own API, that nothing more be sent to the host of `url` for so long. The next
  // request there waits; this returns at once.
  virtual void hold([[maybe_unused]] const std::string& url, [[maybe_unused]] std::chrono::seconds pause) {}

  // GET that expects success. Other statuses become the Error a person can act on: 401/403 kAuth, 404/410
  // kNotFound, 429 kRateLimited, the rest kUpstream.
  Result<HttpResponse> get(const std::string& url, const HttpHeaders& headers = {});
};

// The Error for a status outside 200…299.
Error error_of_status(const HttpRequest& request, const HttpResponse& response);

}  // namespace rapport
