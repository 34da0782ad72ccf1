// Asking an API that answers in JSON: one request, its answer parsed, and errors that name the site and say what to do.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "http/allowance.h"
#include "http/http.h"

namespace rapport {

struct JsonApi {
  std::string site;      // as a person would call it: "Mastodon at social.example"
  HttpHeaders headers;   // sent with every request, the token among them
  std::string auth_fix;  // what to do when it refuses us (401, 403)
  std::string address_fix;  // what to check when it does not know the address (404), or sends something else than JSON
  // For APIs that say in words of their own why they refuse: looks at the answer and makes the error say so; null = none.
  std::function<void(const HttpResponse&, Error&)> explain = nullptr;
  std::string_view guard = {};  // what stands before the JSON, so that no page can load it as a script; skipped where it is
};

struct JsonAnswer {
  HttpResponse response;
  JsonDocument document;  // what `root` lives in
  JsonValue root;
};

// GET that expects JSON. Errors: as Http::get(), and kUpstream when the answer is no JSON; each with the api's own fix. With
// a `tolerated` status the answer comes back as it is, its `root` absent.
Result<JsonAnswer> get_json(const JsonApi& api, Http& http, const std::string& url, std::initializer_list<int> tolerated = {});
// The same for any request: one whose body is no JSON, say.
Result<JsonAnswer> ask_json(const JsonApi& api, Http& http, const HttpRequest& request, std::initializer_list<int> tolerated = {});
// The same for a POST of JSON (GraphQL).
Result<JsonAnswer> post_json(const JsonApi& api, Http& http, const std::string& url, std::string body);

// The header of RFC 7617.
std::pair<std::string, std::string> basic_authorization(std::string_view user, std::string_view password);

// The address of the page behind this one: rel="next" of the Link header (RFC 8288); empty if there is none.
inline std::string next_link(const HttpResponse& response) { return link_of(response, "next"); }

}  // namespace rapport
