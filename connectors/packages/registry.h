// The seam between this connector and the package registries it can read. A registry is one file: its row says what its
// names look like, where the user's own client says that it is, and how its answers become records of the two common shapes
// (records.h). The rows stand in registries.cpp.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "connectors/connector.h"
#include "connectors/json_api.h"

namespace rapport::packages {

struct Registry;

// Where a registry is, and what it wants to see of us. `headers` go to this host only.
struct Address {
  std::string url;      // without a slash at the end; empty = none is known
  HttpHeaders headers;  // credentials
};

// What one request to a registry is about.
struct Ask {
  const Registry& of;
  const Address& registry;
  const std::string& counts;   // the setting downloads_url, without a slash at the end
  const std::string& package;
  const std::string& token;    // where to go on within this package; empty = at its beginning
  const std::string& memory;   // what the last pass over this package left
  Day today;
  Http& http;
};

struct Found {
  Page page;            // `next` and `caught_up` are filled in by the connector
  std::string token;    // asks for more of this package; empty = this was the last
  std::string memory;   // for the next pass
  bool lists_all = false;  // the page holds every release there is: others are gone
};

struct Registry {
  std::string_view name;       // "npm": the setting, the platform of its accounts, what stands before ":" in `rapport add npm:NAME`
  std::string_view title;      // as a person would call it
  std::string_view find_address;  // where a person finds the address, for the error when there is none
  std::string_view example;    // of a package's name
  // Why this is no name of a package; empty if it is one. Besides, no name has empty segments, "." or "..".
  std::string (*name_problem)(std::string_view package);
  // The package's own name in a file of its sources ("package.json"); empty = not such a file, or not named there.
  std::string (*own_name)(const std::filesystem::path& file);
  // `given` (the setting url), else what the client of this registry is configured to use for `package`; with the credentials
  // that it keeps for that address. An empty url = none is configured.
  Address (*address)(const std::string& package, const std::string& given);
  Result<Found> (*releases)(const Ask& ask);
  Result<Found> (*downloads)(const Ask& ask);  // null = this registry tells no counts
  bool counts_elsewhere = false;               // counts come from `downloads_url`, not from the registry
  std::string_view token_scheme = "Bearer ";   // what stands before a token in the header Authorization
};

// Sorted by name.
std::span<const Registry* const> registries();
const Registry* find_registry(std::string_view name);  // null if there is none

extern const Registry kBrew, kCargo, kDocker, kGem, kMaven, kNpm, kNuget, kPypi;

// GET from the registry, or from where its answers lead: the credentials stay with the registry's own host. Errors: as
// Http::get(), with what to do about this package.
Result<HttpResponse> ask_registry(const Ask& ask, const std::string& url, const char* accept = "*/*");
Result<JsonAnswer> ask_registry_json(const Ask& ask, const std::string& url, const char* accept = "application/json");
// GET from `downloads_url`, without credentials.
Result<JsonAnswer> ask_counts(const Ask& ask, const std::string& url);
// An answer that is JSON, but not what this registry should send.
tl::unexpected<Error> unexpected_answer(const Ask& ask, std::string_view missing);
// Names in addresses: "/" between segments, "@" and ":" stay (RFC 3986 lets them), all else is escaped.
std::string path_of(std::string_view name);

}  // namespace rapport::packages
