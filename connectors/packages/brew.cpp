// Homebrew: one answer about a formula or cask, with its newest version only and the installs of the last 30 days.
#include <fmt/format.h>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"

namespace rapport::packages {
namespace {

constexpr int kWindowDays = 30;
constexpr std::string_view kCask = "cask/";
// What changes without a new version, or is long.
constexpr std::string_view kBulky[] = {"analytics", "bottle", "variations", "generated_date", "dependencies", "build_dependencies", "installed", "caveats", "tap_git_head",
                                       "ruby_source_checksum", "requirements", "uses_from_macos", "uses_from_macos_bounds", "artifacts", "depends_on"};

std::string name_problem(std::string_view name) {
  auto bare = name.starts_with(kCask) ? name.substr(kCask.size()) : name;
  return bare.empty() || bare.find('/') != std::string_view::npos ? "a name is `formula` or `cask/name`" : "";
}

std::string own_name(const std::filesystem::path&) { return {}; }

Address address(const std::string&, const std::string& given) {
  auto url = given.empty() ? environment("HOMEBREW_API_DOMAIN") : given;
  for (const auto& file : {home() / ".homebrew/brew.env", config_home() / "homebrew/brew.env", std::filesystem::path{"/etc/homebrew/brew.env"}})
    if (url.empty()) url = ini_value(parse_ini(client_file(file)), "", "HOMEBREW_API_DOMAIN");
  return address_of(url);
}

Result<JsonAnswer> ask_package(const Ask& ask) {
  auto path = ask.package.starts_with(kCask) ? path_of(ask.package) : "formula/" + path_of(ask.package);
  return ask_registry_json(ask, fmt::format("{}/{}.json", ask.registry.url, path));
}

// The memory is the version and the day on which it was first seen: the registry tells no date.
Result<Found> releases(const Ask& ask) {
  auto answer = TRY(ask_package(ask));
  auto root = answer.root;
  std::string version{root["versions"]["stable"].text(root["version"].text())};
  if (auto revision = root["revision"].integer(); revision && *revision > 0) version += fmt::format("_{}", *revision);
  if (version.empty())
    return unexpected_answer(ask, "version");
  auto blank = ask.memory.rfind(' ');
  bool same = blank != std::string::npos && ask.memory.substr(0, blank) == version;
  Release release{.version = version, .first_seen = same ? ask.memory.substr(blank + 1) : format_day(ask.today)};
  release.yanked = root["disabled"].truth();
  if (release.yanked) release.yanked_reason = root["disable_reason"].text();
  if (root["deprecated"].truth()) release.deprecated = root["deprecation_reason"].text("deprecated");
  Found found;
  found.memory = fmt::format("{} {}", version, release.first_seen);
  add_release(found.page, "brew", ask.package, release, root, kBulky);
  return found;
}

// The members of a window are the ways in which it was installed ("kelvane", "kelvane --HEAD").
Result<Found> downloads(const Ask& ask) {
  auto answer = TRY(ask_package(ask));
  Found found;
  auto window = answer.root["analytics"]["install"]["30d"];
  if (!window.is_object()) return found;  // analytics are off, or nobody installed it
  std::int64_t count = 0;
  for (const auto& [way, number] : window.members()) count += number.integer().value_or(0);
  add_window(found.page, "brew", ask.package, ask.today, kWindowDays, count);
  return found;
}

}  // namespace

const Registry kBrew{.name = "brew",
                     .title = "Homebrew",
                     .find_address = "its API's address is on Homebrew's page about its JSON API; HOMEBREW_API_DOMAIN is the one of a mirror",
                     .example = "kelvane",
                     .name_problem = name_problem,
                     .own_name = own_name,
                     .address = address,
                     .releases = releases,
                     .downloads = downloads};

}  // namespace rapport::packages
