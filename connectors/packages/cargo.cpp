// crates.io and registries like it: the web API, which a sparse index names in its config.json; where there is none, the
// lines of the index itself. Downloads of each day of the last 90.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"

namespace rapport::packages {
namespace {

constexpr std::string_view kSparse = "sparse+";
constexpr std::string_view kCounted[] = {"downloads", "audit_actions", "features", "links"};
constexpr std::string_view kIndexBulk[] = {"deps", "features", "features2"};

std::string name_problem(std::string_view name) {
  auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; };
  return std::all_of(name.begin(), name.end(), allowed) ? "" : "a name has letters, digits, `-` and `_`";
}

std::string own_name(const std::filesystem::path& file) {
  return file.filename() == "Cargo.toml" ? toml_text(client_file(file), {"package", "name"}) : std::string{};
}

// The address of a sparse index keeps its "sparse+", which tells it from that of a web API.
Address index_address(std::string_view url) {
  if (!url.starts_with(kSparse)) return address_of(url);
  auto address = address_of(url.substr(kSparse.size()));
  if (!address.url.empty()) address.url = std::string{kSparse} + address.url;
  return address;
}

// Where a name of a source or of a registry leads; `registry` becomes the name that tokens are kept under.
std::string index_of(std::string_view config, std::string name, std::string& registry) {
  for (int hops = 0; !name.empty() && hops < 8; ++hops) {
    registry = name;
    auto url = toml_text(config, {"source", name, "registry"});
    if (url.empty()) url = toml_text(config, {"registries", name, "index"});
    if (!url.empty()) return url;
    name = toml_text(config, {"source", name, "replace-with"});
  }
  return {};
}

Address address(const std::string&, const std::string& given) {
  auto cargo_home = environment("CARGO_HOME");
  std::filesystem::path folder = cargo_home.empty() ? home() / ".cargo" : std::filesystem::path{cargo_home};
  std::string registry;
  auto found = index_address(given);
  for (const auto& config : {client_file(".cargo/config.toml"), client_file(folder / "config.toml"), client_file(folder / "config")}) {
    // What stands in for crates.io, else the registry that is used by default.
    auto name = toml_text(config, {"source", "crates-io", "replace-with"});
    if (name.empty()) name = environment("CARGO_REGISTRY_DEFAULT");
    if (name.empty()) name = toml_text(config, {"registry", "default"});
    auto url = index_of(config, name, registry);
    if (!url.starts_with(kSparse)) continue;  // an index in git is not read
    if (given.empty()) found = index_address(url);
    if (same_host(found.url, url)) break;
    registry.clear();
  }
  if (found.url.empty() || registry.empty() || has_credentials(found)) return found;
  auto variable = replace_all(registry, "-", "_");
  for (char& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  auto token = environment("CARGO_REGISTRIES_" + variable + "_TOKEN");
  if (token.empty()) token = toml_text(client_file(folder / "credentials.toml"), {"registries", registry, "token"});
  if (!token.empty()) found.headers.emplace_back("Authorization", token);
  return found;
}

// "se/rd/serde", "3/s/syn": where the lines of a crate stand in an index.
std::string index_path(const std::string& package) {
  auto name = lower_ascii(package);
  if (name.size() < 3) return fmt::format("{}/{}", name.size(), name);
  if (name.size() == 3) return fmt::format("3/{}/{}", name.substr(0, 1), name);
  return fmt::format("{}/{}/{}", name.substr(0, 2), name.substr(2, 2), name);
}

// A line is one version. Its date (`pubtime`) is young, and older registries leave it out.
Result<Found> read_index(const Ask& ask, const std::string& index) {
  auto response = TRY(ask_registry(ask, fmt::format("{}/{}", index, index_path(ask.package))));
  Found found;
  found.lists_all = true;
  std::size_t number = 0;
  for (auto line : split(response.body, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    JsonDocument document;
    auto row = document.parse(line);
    if (!row) return fail(Error::Kind::kUpstream, fmt::format("line {} of the index about {} is no JSON: {}", number, ask.package, row.error().what), "sync again; check `url`");
    auto version = (*row)["vers"].text();
    if (version.empty()) {
      found.page.rejected.push_back({fmt::format("{} line {}", ask.package, number), "a line of the index without a version", row->to_json()});
      continue;
    }
    Release release{.version = std::string{version}, .published = std::string{(*row)["pubtime"].text()}, .yanked = (*row)["yanked"].truth()};
    add_release(found.page, "cargo", ask.package, release, *row, kIndexBulk);
  }
  if (found.page.records.empty() && found.page.rejected.empty()) return unexpected_answer(ask, "lines in its index");
  return found;
}

// The web API that goes with an address; empty where an index names none.
Result<std::string> web_api(const Ask& ask) {
  const auto& url = ask.registry.url;
  if (!url.starts_with(kSparse)) return url;
  auto config = TRY(ask_registry_json(ask, url.substr(kSparse.size()) + "/config.json"));
  auto api = std::string{config.root["api"].text()};
  while (api.ends_with('/')) api.pop_back();
  return api;
}

Result<Found> releases(const Ask& ask) {
  auto api = TRY(web_api(ask));
  if (api.empty()) return read_index(ask, ask.registry.url.substr(kSparse.size()));
  auto answer = ask_registry_json(ask, fmt::format("{}/api/v1/crates/{}", api, percent_encoded(ask.package)));
  // Mirrors copy the index, and name an API that knows nothing but uploads.
  if (!answer && answer.error().kind == Error::Kind::kNotFound && ask.registry.url.starts_with(kSparse))
    return read_index(ask, ask.registry.url.substr(kSparse.size()));
  if (!answer) return fail(answer.error());
  if (!answer->root["versions"].is_array())
    return unexpected_answer(ask, "versions");
  Found found;
  found.lists_all = true;
  for (const auto& row : answer->root["versions"].items()) {
    Release release{.version = std::string{row["num"].text()}, .published = std::string{row["created_at"].text()}, .yanked = row["yanked"].truth()};
    if (release.version.empty()) {
      found.page.rejected.push_back({fmt::format("{} without a number", ask.package), "a version without its number", row.to_json()});
      continue;
    }
    release.yanked_reason = row["yank_message"].text();
    release.login = row["published_by"]["login"].text();
    release.name = row["published_by"]["name"].text();
    release.automation = row["trustpub_data"]["provider"].text();
    add_release(found.page, "cargo", ask.package, release, row, kCounted);
  }
  return found;
}

// The newest versions by themselves, all others together, day by day.
Result<Found> downloads(const Ask& ask) {
  Found found;
  auto api = TRY(web_api(ask));
  if (api.empty()) return found;
  auto answer = ask_registry_json(ask, fmt::format("{}/api/v1/crates/{}/downloads", api, percent_encoded(ask.package)));
  if (!answer && answer.error().kind == Error::Kind::kNotFound && ask.registry.url.starts_with(kSparse)) return found;  // a mirror counts nothing
  if (!answer) return fail(answer.error());
  if (!answer->root["version_downloads"].is_array())
    return unexpected_answer(ask, "downloads");
  std::map<std::string, std::pair<std::int64_t, std::string>> days;
  for (const auto& list : {answer->root["version_downloads"], answer->root["meta"]["extra_downloads"]}) {
    for (const auto& row : list.items()) {
      auto count = row["downloads"].integer();
      if (!count || !parse_day(row["date"].text())) {
        found.page.rejected.push_back({fmt::format("{} {}", ask.package, row["date"].text()), "not a day and its downloads", row.to_json()});
        continue;
      }
      auto& day = days[std::string{row["date"].text()}];
      day.first += *count;
      day.second += (day.second.empty() ? "" : ",") + row.to_json();
    }
  }
  for (const auto& [day, counted] : days) add_day(found.page, "cargo", ask.package, day, counted.first, "[" + counted.second + "]");
  return found;
}

}  // namespace

const Registry kCargo{.name = "cargo",
                      .title = "cargo",
                      .find_address = "the registry's own page names its web API or its sparse index (`sparse+https://…`, as in ~/.cargo/config.toml)",
                      .example = "kelvane",
                      .name_problem = name_problem,
                      .own_name = own_name,
                      .address = address,
                      .releases = releases,
                      .downloads = downloads,
                      .token_scheme = ""};

}  // namespace rapport::packages
