// NuGet: the service index names the resources; registrations have the versions, the search has the downloads.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"
#include "connectors/saved_files.h"
#include "connectors/xml.h"

namespace rapport::packages {
namespace {

constexpr std::string_view kBulky[] = {"dependencyGroups", "description", "summary", "tags", "releaseNotes"};

std::string name_problem(std::string_view name) {
  auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; };
  return std::all_of(name.begin(), name.end(), allowed) ? "" : "a name has letters, digits, `-`, `_` and `.`";
}

// <PackageId>, as given in the project.
std::string own_name(const std::filesystem::path& file) {
  auto ending = file.extension();
  if (ending != ".csproj" && ending != ".fsproj" && ending != ".vbproj" && ending != ".nuspec") return {};
  auto tree = xml::parse_xml(client_file(file));
  for (const auto& group : tree.root.children)
    for (const char* name : {"PackageId", "id"})
      if (const auto* id = group.child(name); id != nullptr && id->all_text().find('$') == std::string::npos) return id->all_text();
  return {};
}

std::string value_of(const xml::Node* list, std::string_view key) {
  if (list == nullptr) return {};
  for (const auto& add : list->children)
    if (add.name == "add" && lower_ascii(add.attribute("key")) == lower_ascii(key)) return std::string{add.attribute("value")};
  return {};
}

// The first package source that is a service index (v3) and not switched off; credentials in clear text go with their source.
Address address(const std::string&, const std::string& given) {
  auto found = address_of(given);
  for (const auto& file : {std::filesystem::path{"nuget.config"}, std::filesystem::path{"NuGet.Config"}, home() / ".nuget/NuGet/NuGet.Config", config_home() / "NuGet/NuGet.Config"}) {
    auto tree = xml::parse_xml(client_file(file));
    const auto* sources = tree.root.child("packageSources");
    if (sources == nullptr) continue;
    for (const auto& source : sources->children) {
      auto key = source.attribute("key");
      auto known = address_of(source.attribute("value"));
      bool off = lower_ascii(value_of(tree.root.child("disabledPackageSources"), key)) == "true";
      if (source.name != "add" || known.url.empty() || off || !known.url.ends_with(".json")) continue;
      if (given.empty() && found.url.empty()) found = known;
      if (!same_host(known.url, found.url) || has_credentials(found)) continue;
      const auto* credentials = tree.root.child("packageSourceCredentials");
      const auto* own = credentials == nullptr ? nullptr : credentials->child(replace_all(key, " ", "_x0020_"));
      auto password = with_environment(value_of(own, "ClearTextPassword"));
      if (!password.empty()) add_basic(found, value_of(own, "Username"), password);
    }
  }
  return found;
}

// The address of the first of these types of resources that the service has.
Result<std::string> resource(const Ask& ask, std::initializer_list<std::string_view> types) {
  auto index = TRY(ask_registry_json(ask, ask.registry.url));
  for (auto type : types)
    for (const auto& one : index.root["resources"].items())
      if (one["@type"].text() == type && is_web_address(one["@id"].text())) {
        std::string url{one["@id"].text()};
        while (url.ends_with('/')) url.pop_back();
        return url;
      }
  return fail(Error::Kind::kUpstream, fmt::format("the service index of {} has no {}", ask.of.title, *types.begin()), "check `url`: it must be the address of a service index (…/index.json)");
}

// A version taken off the lists keeps a date of the year 1900 in place of its own.
std::string published(const JsonValue& entry) {
  auto said = entry["published"].text();
  return std::string{said.starts_with("1900-") || said.starts_with("0001-") ? entry["created"].text() : said};
}

void add_entry(Page& page, const Ask& ask, const JsonValue& entry) {
  Release release{.version = std::string{entry["version"].text()}, .published = published(entry)};
  if (release.version.empty()) {
    page.rejected.push_back({fmt::format("{} without a version", ask.package), "an entry without its version", entry.to_json()});
    return;
  }
  release.yanked = entry["listed"].type() == JsonValue::Type::kBool && !entry["listed"].truth();
  if (release.yanked) release.yanked_reason = "unlisted";
  auto deprecation = entry["deprecation"];
  if (deprecation.is_object()) {
    release.deprecated = deprecation["message"].text();
    for (const auto& reason : deprecation["reasons"].items())
      if (release.deprecated.empty()) release.deprecated = reason.text();
    if (release.deprecated.empty()) release.deprecated = "deprecated";
  }
  add_release(page, "nuget", ask.package, release, entry, kBulky);
}

// The index lists pages of versions; where there are many, pages stand at addresses of their own.
Result<Found> releases(const Ask& ask) {
  auto base = TRY(resource(ask, {"RegistrationsBaseUrl/3.6.0", "RegistrationsBaseUrl/Versioned", "RegistrationsBaseUrl/3.4.0", "RegistrationsBaseUrl"}));
  auto index = TRY(ask_registry_json(ask, fmt::format("{}/{}/index.json", base, percent_encoded(lower_ascii(ask.package)))));
  if (!index.root["items"].is_array())
    return unexpected_answer(ask, "pages");
  Found found;
  found.lists_all = true;
  for (const auto& page : index.root["items"].items()) {
    if (page["items"].is_array()) {
      for (const auto& leaf : page["items"].items()) add_entry(found.page, ask, leaf["catalogEntry"]);
      continue;
    }
    auto apart = TRY(ask_registry_json(ask, std::string{page["@id"].text()}));
    if (!apart.root["items"].is_array())
      return unexpected_answer(ask, "items in a page of versions");
    for (const auto& leaf : apart.root["items"].items()) add_entry(found.page, ask, leaf["catalogEntry"]);
  }
  return found;
}

Result<Found> downloads(const Ask& ask) {
  auto search = TRY(resource(ask, {"SearchQueryService/3.5.0", "SearchQueryService/Versioned", "SearchQueryService/3.0.0-rc", "SearchQueryService"}));
  auto url = fmt::format("{}?q=packageid:{}&prerelease=true&semVerLevel=2.0.0&take=1", search, percent_encoded(ask.package));
  auto answer = TRY(ask_registry_json(ask, url));
  if (!answer.root["data"].is_array())
    return unexpected_answer(ask, "list of packages found");
  Found found;
  for (const auto& package : answer.root["data"].items()) {
    if (lower_ascii(package["id"].text()) != lower_ascii(ask.package)) continue;
    Total total;
    for (const auto& version : package["versions"].items())
      if (auto count = version["downloads"].integer()) total.versions[std::string{version["version"].text()}] = *count;
    auto all = package["totalDownloads"].integer();
    if (!all) continue;  // private feeds count nothing
    total.all = *all;
    add_total(found.page, "nuget", ask.package, ask.today, total);
  }
  return found;
}

}  // namespace

const Registry kNuget{.name = "nuget",
                      .title = "NuGet",
                      .find_address = "`dotnet nuget list source` prints those it uses",
                      .example = "Kelvane.Sdk",
                      .name_problem = name_problem,
                      .own_name = own_name,
                      .address = address,
                      .releases = releases,
                      .downloads = downloads};

}  // namespace rapport::packages
