// What the server answers: one row an address of schema/api.json.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "metrics/evaluate.h"
#include "server/request.h"

namespace rapport {

// What an answer may need beside the store.
struct Site {
  std::string project;               // what reports call it
  std::string version;               // of the program
  std::filesystem::path database;
  std::filesystem::path home = {};        // the folder of rapport.toml
};

using Handler = Result<Answer> (*)(const Request& request, Engine& store, const Site& site);

struct Route {
  std::string_view method;
  std::string_view path;                     // "{name}" stands for one part
  std::span<const std::string_view> once;    // parameters that may be given once
  std::span<const std::string_view> again;   // and those that may be given again
  Handler handler;                           // none: an endless stream, which the sockets' side serves
};

std::span<const Route> routes();

// The route of `request`, whose `name` is then filled in and whose parameters are known ones. Errors: kNotFound with a
// suggestion; kBadInput.
Result<const Route*> find_route(Request& request);

// ---- what routes have in common ------------------------------------------------------------------------------

// The parameters `source`, `place`, `organization`, `who`.
Result<Filter> filter_of(const Request& request);
// The parameter `grain`; month, if not given.
Result<Grain> grain_of(const Request& request);
// The parameters `from`, `to`, `grain`: whole buckets; all of the data where they are not given. Errors: kBadInput;
// kNotFound in an empty store.
Result<Window> window_of(const Request& request, Engine& store);

// A web address as it is; empty for all else, so that no page links to "javascript:".
std::string safe_link(std::string_view url);

}  // namespace rapport
