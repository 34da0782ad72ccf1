#include "connectors/json_api.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.h"
#include "base/text.h"

namespace rapport {

Result<JsonAnswer> ask_json(const JsonApi& api, Http& http, const HttpRequest& request, std::initializer_list<int> tolerated) {
  auto response = TRY(http.send(request));
  if (std::find(tolerated.begin(), tolerated.end(), response.status) != tolerated.end()) return JsonAnswer{std::move(response), {}, {}};
  if (response.status < 200 || response.status > 299) {
    auto error = error_of_status(request, response);
    if (error.kind == Error::Kind::kAuth && !api.auth_fix.empty()) error.fix = api.auth_fix;
    if (error.kind == Error::Kind::kNotFound && !api.address_fix.empty()) error.fix = api.address_fix;
    if (api.explain) api.explain(response, error);
    return fail(std::move(error));
  }
  JsonAnswer answer{std::move(response), {}, {}};
  std::string_view body = answer.response.body;
  if (body.starts_with(api.guard)) body.remove_prefix(api.guard.size());
  auto root = answer.document.parse(body);
  if (!root) {
    auto without_query = request.url.substr(0, request.url.find('?'));
    return fail(Error::Kind::kUpstream, fmt::format("the answer of {} ({}) is no JSON: {}", api.site, printable(without_query), root.error().what),
                api.address_fix.empty() ? "try again later; if it stays so, something stands between this machine and it" : api.address_fix);
  }
  answer.root = *root;
  return answer;
}

Result<JsonAnswer> get_json(const JsonApi& api, Http& http, const std::string& url, std::initializer_list<int> tolerated) {
  return ask_json(api, http, {"GET", url, api.headers, {}}, tolerated);
}

Result<JsonAnswer> post_json(const JsonApi& api, Http& http, const std::string& url, std::string body) {
  auto headers = api.headers;
  headers.emplace_back("Content-Type", "application/json");
  return ask_json(api, http, {"POST", url, std::move(headers), std::move(body)});
}

std::pair<std::string, std::string> basic_authorization(std::string_view user, std::string_view password) {
  return {"Authorization", "Basic " + base64(fmt::format("{}:{}", user, password))};
}

}  // namespace rapport
