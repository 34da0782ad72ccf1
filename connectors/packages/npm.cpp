// npm: a package's whole document from the registry; downloads of each day from the statistics API.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"

namespace rapport::packages {
namespace {

constexpr std::string_view kBulky[] = {"dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "scripts", "readme", "contributors",
                                       "maintainers", "_npmOperationalInternal", "_npmUser", "gitHead", "directories", "files", "exports"};
// The statistics begin here, and one question covers at most 18 months of one package.
constexpr Day kFirstDay{std::chrono::year{2015} / 1 / 10};
constexpr std::chrono::days kPerQuestion{365};
// The last days are counted again for some time.
constexpr std::chrono::days kRecounted{7};

std::string name_problem(std::string_view name) {
  if (name.front() == '@' ? std::count(name.begin(), name.end(), '/') != 1 : name.find('/') != std::string_view::npos) return "a name is `name` or `@scope/name`";
  return {};
}

std::string own_name(const std::filesystem::path& file) {
  if (file.filename() != "package.json") return {};
  JsonDocument document;
  auto root = document.parse(client_file(file));
  return root ? std::string{(*root)["name"].text()} : std::string{};
}

// All .npmrc files, the strongest last: of the machine, the user's, the project's.
std::vector<IniEntry> npmrc() {
  auto user = environment("NPM_CONFIG_USERCONFIG");
  std::string text = client_file("/etc/npmrc") + "\n" + client_file(user.empty() ? home() / ".npmrc" : std::filesystem::path{user}) + "\n" + client_file(".npmrc");
  return parse_ini(text);
}

// Credentials are kept under "//host/path/:_authToken", for all that lies below.
void add_credentials(Address& address, const std::vector<IniEntry>& entries) {
  auto place = address.url.substr(address.url.find("//")) + "/";
  while (!has_credentials(address) && place.size() > 2) {
    if (auto token = with_environment(ini_value(entries, "", place + ":_authToken")); !token.empty()) address.headers.emplace_back("Authorization", "Bearer " + token);
    else if (auto basic = with_environment(ini_value(entries, "", place + ":_auth")); !basic.empty()) address.headers.emplace_back("Authorization", "Basic " + basic);
    place.pop_back();
    place.resize(place.rfind('/') + 1);
  }
}

Address address(const std::string& package, const std::string& given) {
  auto entries = npmrc();
  auto url = given;
  if (url.empty() && package.front() == '@') url = with_environment(ini_value(entries, "", package.substr(0, package.find('/')) + ":registry"));
  for (const char* variable : {"NPM_CONFIG_REGISTRY", "npm_config_registry"})
    if (url.empty()) url = environment(variable);
  if (url.empty()) url = with_environment(ini_value(entries, "", "registry"));
  auto found = address_of(url);
  if (!found.url.empty()) add_credentials(found, entries);
  return found;
}

Release release_of(const std::string& version, const JsonValue& document, std::string_view published) {
  Release release{.version = version, .published = std::string{published}};
  // `deprecated` is a text; some old tools wrote false, or an empty one to take it back.
  release.deprecated = document["deprecated"].text();
  auto user = document["_npmUser"];
  release.login = user["name"].text();
  release.email = user["email"].text();
  release.automation = user["trustedPublisher"]["id"].text();
  return release;
}

Result<Found> releases(const Ask& ask) {
  auto answer = TRY(ask_registry_json(ask, fmt::format("{}/{}", ask.registry.url, replace_all(path_of(ask.package), "/", "%2F"))));
  auto times = answer.root["time"];
  if (!answer.root["name"].is_string() || !times.is_object())
    return unexpected_answer(ask, "versions and their times");
  Found found;
  found.lists_all = true;
  auto versions = answer.root["versions"].members();
  for (const auto& [version, document] : versions) {
    if (!document.is_object()) found.page.rejected.push_back({fmt::format("{}@{}", ask.package, version), "not the document of a version", document.to_json()});
    else add_release(found.page, "npm", ask.package, release_of(std::string{version}, document, times[version].text()), document, kBulky);
  }
  return found;
}

// Windows of days, the last first: 90 days, then years back until one had no download at all: the package was not there yet.
// The memory is the day up to which all is read.
Result<Found> downloads(const Ask& ask) {
  auto last = ask.today - std::chrono::days{1};
  auto remembered = parse_day(ask.memory);
  auto floor = remembered ? std::max(kFirstDay, *remembered - kRecounted) : kFirstDay;
  auto resumed = parse_day(ask.token);
  auto to = resumed ? *resumed : last;
  auto from = std::max(floor, to - (resumed ? kPerQuestion : std::chrono::days{90}) + std::chrono::days{1});
  Found found;
  found.memory = format_day(last);
  if (from > to) return found;
  auto url = fmt::format("{}/downloads/range/{}:{}/{}", ask.counts, format_day(from), format_day(to), path_of(ask.package));
  auto answer = TRY(ask_counts(ask, url));
  if (!answer.root["downloads"].is_array())
    return unexpected_answer(ask, "list of downloads");
  // The answer names every day, also before there was a package. A zero is only kept where it may take the place of a count.
  auto recounted = remembered ? floor : ask.today - kRecounted;
  std::int64_t all = 0;
  for (const auto& day : answer.root["downloads"].items()) {
    auto count = day["downloads"].integer();
    if (!count || !parse_day(day["day"].text())) found.page.rejected.push_back({fmt::format("{} from {}", ask.package, format_day(from)), "not a day and its downloads", day.to_json()});
    else if (*count > 0 || *parse_day(day["day"].text()) >= recounted) add_day(found.page, "npm", ask.package, day["day"].text(), *count, day.to_json());
    all += count.value_or(0);
  }
  if (from > floor && (all > 0 || !resumed)) found.token = format_day(from - std::chrono::days{1});
  return found;
}

}  // namespace

const Registry kNpm{.name = "npm",
                    .title = "npm",
                    .find_address = "`npm config get registry` prints the one it uses",
                    .example = "@kelvane/sdk",
                    .name_problem = name_problem,
                    .own_name = own_name,
                    .address = address,
                    .releases = releases,
                    .downloads = downloads,
                    .counts_elsewhere = true};

}  // namespace rapport::packages
