#include "http/http.h"

#include <fmt/format.h>

#include "base/text.h"

namespace rapport {

std::string_view HttpResponse::header(std::string_view name) const {
  auto wanted = lower_ascii(name);
  for (const auto& [key, value] : headers)
    if (lower_ascii(key) == wanted) return value;
  return {};
}

Error error_of_status(const HttpRequest& request, const HttpResponse& response) {
  auto what = fmt::format("{} answered {}", printable(request.url.substr(0, request.url.find('?'))), response.status);
  auto detail = elide(printable(trim(response.body)), 120);
  if (!detail.empty()) what += ": " + detail;
  switch (response.status) {
    case 401:
    case 403: return {Error::Kind::kAuth, what, "check the credential of this source and what it is allowed to read", {}};
    case 404:
    case 410: return {Error::Kind::kNotFound, what, "check the address of this source in rapport.toml", {}};
    case 429: return {Error::Kind::kRateLimited, what, "wait, then sync again; it goes on where it stopped", {}};
    default: return {Error::Kind::kUpstream, what, "try again later; the sync goes on where it stopped", {}};
  }
}

Result<HttpResponse> Http::get(const std::string& url, const HttpHeaders& headers) {
  HttpRequest request{"GET", url, headers, {}};
  auto response = TRY(send(request));
  if (response.status < 200 || response.status > 299) return fail(error_of_status(request, response));
  return response;
}

}  // namespace rapport
