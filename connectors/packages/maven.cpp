// Maven Central and repositories like it: the list of versions from maven-metadata.xml; the date of each from its POM, which
// is asked for once. A repository tells no downloads.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"
#include "connectors/xml.h"

namespace rapport::packages {
namespace {

constexpr std::size_t kPomsPerPage = 20;

std::string name_problem(std::string_view name) {
  auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == ':'; };
  bool good = std::count(name.begin(), name.end(), ':') == 1 && std::all_of(name.begin(), name.end(), allowed) && name.front() != ':' && name.back() != ':' &&
              name.front() != '.' && name.find("..") == std::string_view::npos;
  return good ? "" : "a name is `group:artifact`";
}

std::string text_of(const xml::Node& node, std::string_view child) {
  const auto* found = node.child(child);
  return found == nullptr ? std::string{} : found->all_text();
}

// The group may be that of the parent.
std::string own_name(const std::filesystem::path& file) {
  if (file.filename() != "pom.xml") return {};
  auto tree = xml::parse_xml(client_file(file));
  if (tree.root.name != "project") return {};
  auto group = text_of(tree.root, "groupId"), artifact = text_of(tree.root, "artifactId");
  if (const auto* parent = tree.root.child("parent"); group.empty() && parent != nullptr) group = text_of(*parent, "groupId");
  if (group.empty() || artifact.empty() || (group + artifact).find('$') != std::string::npos) return {};
  return group + ":" + artifact;
}

// ${env.NAME}
std::string expanded(std::string text) { return with_environment(replace_all(text, "${env.", "${")); }

// settings.xml: a mirror of central or of everything, else the first repository of a profile; the server of the same id has the
// password, unless that is encrypted ("{…}").
Address address(const std::string&, const std::string& given) {
  auto tree = xml::parse_xml(client_file(home() / ".m2/settings.xml"));
  struct Place {
    std::string id, url;
  };
  std::vector<Place> places;
  if (const auto* mirrors = tree.root.child("mirrors"))
    for (const auto& mirror : mirrors->children) {
      auto of = text_of(mirror, "mirrorOf");
      auto listed = split(of, ',');
      bool central = std::any_of(listed.begin(), listed.end(), [](auto one) { return trim(one) == "central" || trim(one) == "*" || trim(one).starts_with("external:*"); });
      if (mirror.name == "mirror" && central) places.push_back({text_of(mirror, "id"), expanded(text_of(mirror, "url"))});
    }
  if (const auto* profiles = tree.root.child("profiles"))
    for (const auto& profile : profiles->children)
      if (const auto* repositories = profile.child("repositories"))
        for (const auto& repository : repositories->children)
          if (repository.name == "repository") places.push_back({text_of(repository, "id"), expanded(text_of(repository, "url"))});
  auto found = address_of(given);
  for (const auto& place : places) {
    if (found.url.empty() && given.empty()) found = address_of(place.url);
    const auto* servers = tree.root.child("servers");
    if (servers == nullptr || found.url.empty() || has_credentials(found) || !same_host(found.url, place.url)) continue;
    for (const auto& server : servers->children) {
      auto password = expanded(text_of(server, "password"));
      if (text_of(server, "id") == place.id && !password.empty() && !password.starts_with('{')) add_basic(found, expanded(text_of(server, "username")), password);
    }
  }
  return found;
}

Result<std::vector<std::string>> versions_of(const Ask& ask, const std::string& folder) {
  auto url = folder + "/maven-metadata.xml";
  auto response = TRY(ask_registry(ask, url));
  auto tree = xml::parse_xml(response.body);
  const auto* versioning = tree.root.child("versioning");
  const auto* list = versioning == nullptr ? nullptr : versioning->child("versions");
  if (tree.root.name != "metadata" || !tree.problem.empty() || list == nullptr)
    return fail(Error::Kind::kUpstream, fmt::format("{} is no list of versions{}{}", printable(url), tree.problem.empty() ? "" : ": ", tree.problem),
                "sync again; if it stays so, check `url`: it must be the root of a Maven repository");
  std::vector<std::string> versions;
  for (const auto& node : list->children)
    if (node.name == "version" && !node.all_text().empty()) versions.push_back(node.all_text());
  return versions;
}

// Last-Modified (RFC 9110) as the day and time when the POM was put there.
std::string put_there(const HttpResponse& response) {
  std::tm parts{};
  if (::strptime(std::string{response.header("Last-Modified")}.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return {};
  return format_time(time_from_unix(::timegm(&parts)));
}

std::string pom_json(const xml::Node& pom) {
  JsonWriter json;
  json.begin_object();
  for (const char* name : {"name", "description", "url", "packaging"})
    if (auto text = text_of(pom, name); !text.empty()) json.key(name).value(text);
  json.end_object();
  return std::move(json).text();
}

// The newest first, some POMs a page. The memory is the versions that were read, one a line; what is deployed does not change.
Result<Found> releases(const Ask& ask) {
  auto colon = ask.package.find(':');
  auto artifact = ask.package.substr(colon + 1);
  auto folder = fmt::format("{}/{}/{}", ask.registry.url, replace_all(ask.package.substr(0, colon), ".", "/"), artifact);
  auto versions = TRY(versions_of(ask, folder));
  std::set<std::string> known;
  for (const auto* list : {&ask.memory, &ask.token})
    for (auto line : split(*list, '\n')) known.emplace(line);
  Found found;
  std::size_t left = 0;
  std::string read;  // in this page
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (known.contains(*version)) continue;
    if (left++ >= kPomsPerPage) continue;
    read += *version + "\n";
    auto url = fmt::format("{}/{}/{}-{}.pom", folder, percent_encoded(*version), artifact, percent_encoded(*version));
    auto response = ask_registry(ask, url);
    if (!response && response.error().kind != Error::Kind::kNotFound) return fail(response.error());
    auto pom = response ? xml::parse_xml(response->body) : xml::Tree{};
    if (response && (pom.root.name != "project" || !pom.problem.empty()))
      return fail(Error::Kind::kUpstream, fmt::format("{} is no POM{}{}", printable(url), pom.problem.empty() ? "" : ": ", pom.problem), "sync again; check `url`");
    JsonDocument document;
    auto source = document.parse(pom_json(pom.root));
    // Without its POM a version has no date: the model sets it aside.
    add_release(found.page, "maven", ask.package, {.version = *version, .published = response ? put_there(*response) : std::string{}}, source ? *source : JsonValue{});
  }
  // The whole list of what is known goes on as the token within a pass, and as the memory after it.
  std::string all = ask.token.empty() ? ask.memory : ask.token;
  all += read;
  if (left > kPomsPerPage) found.token = all;
  else found.memory = all;
  return found;
}

}  // namespace

const Registry kMaven{.name = "maven",
                      .title = "Maven",
                      .find_address = "`mvn help:effective-settings` prints the mirrors it uses; else it is the root that your repository is reached at",
                      .example = "org.kelvane:sdk",
                      .name_problem = name_problem,
                      .own_name = own_name,
                      .address = address,
                      .releases = releases,
                      .downloads = nullptr};

}  // namespace rapport::packages
