// What answers tell of the road ahead: the links of a list (RFC 8288), and how many requests the server still allows.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/http.h"

namespace rapport {

// The target of the first link with that relation: link_of(answer, "next"); empty if there is none.
std::string link_of(const HttpResponse& response, std::string_view relation);

// How many pages of a list are behind this one, where the answer tells: by the number in its link to the last page against
// that in the address of the request, or by X-Total-Pages (GitLab). Nothing where it does not.
std::optional<std::int64_t> pages_behind(const HttpRequest& request, const HttpResponse& response);

// A window of requests: X-RateLimit-* and RateLimit-* with -Limit, -Remaining and -Reset.
struct Allowance {
  std::int64_t limit = 0;  // requests a window; 0 = not told
  std::int64_t remaining = 0;
  // Until the window ends. Servers write an instant in Unix seconds (GitHub) or milliseconds (Rocket.Chat), or so many seconds
  // from now (Mattermost); none = not told, or in a way we do not know.
  std::optional<std::chrono::milliseconds> until_reset;
};
std::optional<Allowance> allowance_of(const HttpResponse& response);

}  // namespace rapport
