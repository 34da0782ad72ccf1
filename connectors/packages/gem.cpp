// RubyGems: the versions of a gem with their dates; downloads as totals, of the gem and of each version.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"

namespace rapport::packages {
namespace {

constexpr std::string_view kCounted[] = {"downloads_count"};

std::string name_problem(std::string_view name) {
  auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; };
  return std::all_of(name.begin(), name.end(), allowed) ? "" : "a name has letters, digits, `-`, `_` and `.`";
}

// A gemspec is a program; only a name that is written out in it is read.
std::string own_name(const std::filesystem::path& file) {
  if (file.extension() != ".gemspec") return {};
  auto text = client_file(file);
  for (auto line : split(text, '\n')) {
    auto equals = line.find('=');
    if (equals == std::string_view::npos || !trim(line.substr(0, equals)).ends_with(".name")) continue;
    auto value = trim(line.substr(equals + 1));
    if (value.size() < 2 || (value.front() != '"' && value.front() != '\'')) return {};
    auto end = value.find(value.front(), 1);
    auto name = value.substr(1, end == std::string_view::npos ? 0 : end - 1);
    return name.find('#') == std::string_view::npos ? std::string{name} : std::string{};  // "#{…}"
  }
  return {};
}

Address address(const std::string&, const std::string& given) {
  std::vector<std::string> sources;
  auto named = environment("GEMRC");
  for (const auto& file : {named.empty() ? home() / ".gemrc" : std::filesystem::path{named}, config_home() / "gem/gemrc", std::filesystem::path{"/etc/gemrc"}})
    for (const char* name : {":sources", "sources"})
      for (auto& source : yaml_list(client_file(file), name)) sources.push_back(std::move(source));
  auto found = address_of(given);
  for (const auto& source : sources) {
    auto known = address_of(source);
    if (given.empty() && found.url.empty()) found = known;
    else if (!has_credentials(found) && same_host(known.url, found.url)) found.headers = known.headers;
  }
  return found;
}

std::string version_of(const JsonValue& row) {
  auto platform = row["platform"].text("ruby");
  return platform == "ruby" || platform.empty() ? std::string{row["number"].text()} : fmt::format("{}-{}", row["number"].text(), platform);
}

Result<JsonAnswer> ask_versions(const Ask& ask) {
  auto answer = TRY(ask_registry_json(ask, fmt::format("{}/api/v1/versions/{}.json", ask.registry.url, percent_encoded(ask.package))));
  if (!answer.root.is_array())
    return unexpected_answer(ask, "list of versions");
  return answer;
}

// A version that was yanked is no longer listed: its release goes. The builds of a version for platforms are one release.
Result<Found> releases(const Ask& ask) {
  auto answer = TRY(ask_versions(ask));
  Found found;
  found.lists_all = true;
  Releases releases;
  for (const auto& row : answer.root.items()) {
    auto number = std::string{row["number"].text()};
    if (number.empty()) found.page.rejected.push_back({fmt::format("{} without a number", ask.package), "a version without its number", row.to_json()});
    else releases.add_file(number, row["created_at"].text(), false, {}, row, kCounted);
  }
  releases.write(found.page, "gem", ask.package);
  return found;
}

Result<Found> downloads(const Ask& ask) {
  auto gem = TRY(ask_registry_json(ask, fmt::format("{}/api/v1/gems/{}.json", ask.registry.url, percent_encoded(ask.package))));
  auto all = gem.root["downloads"].integer();
  if (!all) return unexpected_answer(ask, "downloads");
  Total total{*all, {}};
  auto versions = TRY(ask_versions(ask));
  for (const auto& row : versions.root.items())
    if (auto count = row["downloads_count"].integer(); count && !version_of(row).empty()) total.versions[version_of(row)] = *count;
  Found found;
  add_total(found.page, "gem", ask.package, ask.today, total);
  return found;
}

}  // namespace

const Registry kGem{.name = "gem",
                    .title = "RubyGems",
                    .find_address = "`gem sources` prints those it uses",
                    .example = "kelvane",
                    .name_problem = name_problem,
                    .own_name = own_name,
                    .address = address,
                    .releases = releases,
                    .downloads = downloads};

}  // namespace rapport::packages
