#include "http/allowance.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;

milliseconds until(std::int64_t reset) {
  constexpr std::int64_t kLeastInstant = 1'000'000'000, kLeastMilliseconds = 100'000'000'000;
  if (reset < kLeastInstant) return milliseconds{std::max<std::int64_t>(0, reset) * 1000};
  auto seconds = reset >= kLeastMilliseconds ? (reset + 999) / 1000 : reset;
  return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(time_from_unix(seconds) - now()));
}

// The number in "page=7" of an address; nothing where there is none. Not that of "per_page=7".
std::optional<std::int64_t> page_of(std::string_view url) {
  for (std::size_t at = url.find("page="); at != std::string_view::npos; at = url.find("page=", at + 1)) {
    if (at == 0 || (url[at - 1] != '?' && url[at - 1] != '&')) continue;
    auto value = url.substr(at + 5);
    return whole_number(value.substr(0, value.find_first_of("&#")));
  }
  return std::nullopt;
}

}  // namespace

// Link: <https://a.example/?page=2>; rel="next", <…>; rel="last". A comma or semicolon may stand inside <…>.
std::string link_of(const HttpResponse& response, std::string_view wanted) {
  auto rest = response.header("Link");
  while (true) {
    auto open = rest.find('<');
    auto close = open == std::string_view::npos ? open : rest.find('>', open);
    if (close == std::string_view::npos) return {};
    auto target = rest.substr(open + 1, close - open - 1);
    auto following = rest.find('<', close);
    auto parameters = rest.substr(close + 1, following == std::string_view::npos ? following : following - close - 1);
    for (auto parameter : split(parameters, ';')) {
      auto equals = parameter.find('=');
      if (equals == std::string_view::npos || lower_ascii(trim(parameter.substr(0, equals))) != "rel") continue;
      auto value = trim(parameter.substr(equals + 1));
      value = trim(value.substr(0, value.find(',')));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      for (auto relation : split(value, ' '))
        if (lower_ascii(relation) == wanted) return std::string{target};
    }
    if (following == std::string_view::npos) return {};
    rest = rest.substr(following);
  }
}

std::optional<std::int64_t> pages_behind(const HttpRequest& request, const HttpResponse& response) {
  auto last = page_of(link_of(response, "last"));
  if (!last) last = whole_number(response.header("X-Total-Pages"));
  if (!last) return std::nullopt;
  return std::max<std::int64_t>(0, *last - page_of(request.url).value_or(1));
}

std::optional<Allowance> allowance_of(const HttpResponse& response) {
  for (std::string prefix : {"X-RateLimit-", "RateLimit-"}) {
    auto remaining = whole_number(response.header(prefix + "Remaining"));
    if (!remaining) continue;
    Allowance allowance{whole_number(response.header(prefix + "Limit")).value_or(0), *remaining, std::nullopt};
    if (auto reset = whole_number(response.header(prefix + "Reset"))) allowance.until_reset = until(*reset);
    return allowance;
  }
  return std::nullopt;
}

}  // namespace rapport
