// The table of registries. To add one: its file, and its row here and in registry.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/packages/client_files.h"

namespace rapport::packages {

std::span<const Registry* const> registries() {
  static const std::array<const Registry*, 8> kTable{&kBrew, &kCargo, &kDocker, &kGem, &kMaven, &kNpm, &kNuget, &kPypi};
  return kTable;
}

const Registry* find_registry(std::string_view name) {
  auto found = std::find_if(registries().begin(), registries().end(), [&](const Registry* one) { return one->name == name; });
  return found == registries().end() ? nullptr : *found;
}

namespace {

JsonApi api_of(const Ask& ask, const std::string& url, const char* accept) {
  JsonApi api{.site = std::string{ask.of.title}, .headers = {}, .auth_fix = {}, .address_fix = {}};
  if (same_host(url, ask.registry.url)) api.headers = ask.registry.headers;
  api.headers.emplace_back("Accept", accept);
  api.auth_fix = fmt::format("set `token` of this source, or log in with the client of {}", ask.of.title);
  api.address_fix = fmt::format("check the name of the package and `url`: the registry does not know {}, or does not show it without a token", printable(ask.package));
  return api;
}

}  // namespace

Result<HttpResponse> ask_registry(const Ask& ask, const std::string& url, const char* accept) {
  auto api = api_of(ask, url, accept);
  HttpRequest request{"GET", url, api.headers, {}};
  auto response = TRY(ask.http.send(request));
  if (response.status >= 200 && response.status <= 299) return response;
  auto error = error_of_status(request, response);
  if (error.kind == Error::Kind::kNotFound) error.fix = api.address_fix;
  if (error.kind == Error::Kind::kAuth) error.fix = api.auth_fix;
  return fail(std::move(error));
}

Result<JsonAnswer> ask_registry_json(const Ask& ask, const std::string& url, const char* accept) { return get_json(api_of(ask, url, accept), ask.http, url); }

Result<JsonAnswer> ask_counts(const Ask& ask, const std::string& url) {
  return get_json({.site = fmt::format("the download counts of {}", ask.of.title),
                   .headers = {{"Accept", "application/json"}},
                   .auth_fix = "check `downloads_url` of this source: it is asked without credentials",
                   .address_fix = "check `downloads_url` of this source and the name of the package"},
                  ask.http, url);
}

tl::unexpected<Error> unexpected_answer(const Ask& ask, std::string_view missing) {
  return fail(Error::Kind::kUpstream, fmt::format("the answer of {} about {} has no {}", ask.of.title, printable(ask.package), missing),
              "check `url` and `downloads_url` of this source: something else than the API of this registry answers there");
}

std::string path_of(std::string_view name) {
  std::string path;
  for (auto segment : split(name, '/')) path += (path.empty() ? "" : "/") + percent_encoded(segment);
  return replace_all(replace_all(path, "%40", "@"), "%3A", ":");
}

}  // namespace rapport::packages
