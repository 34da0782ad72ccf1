// Docker Hub: the tags of a repository, the last pushed first, and how often it was pulled in all. Other registries of images
// (the OCI distribution API) list names of tags only; there the date of a tag is that of its image.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"

namespace rapport::packages {
namespace {

constexpr std::size_t kImagesPerPage = 20;
constexpr const char* kManifests =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json";
// Pulls change these without a push.
constexpr std::string_view kCounted[] = {"tag_last_pulled", "last_pulled", "images"};

std::string name_problem(std::string_view name) {
  auto allowed = [](char c) { return std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '/'; };
  return std::all_of(name.begin(), name.end(), allowed) ? "" : "a name is `owner/name`, in small letters, without a tag";
}

std::string own_name(const std::filesystem::path&) { return {}; }

// config.json keeps logins by registry; daemon.json the mirrors of the Hub.
Address address(const std::string&, const std::string& given) {
  auto found = address_of(given);
  auto folder = environment("DOCKER_CONFIG");
  for (const auto& file : {home() / ".config/docker/daemon.json", home() / ".docker/daemon.json", std::filesystem::path{"/etc/docker/daemon.json"}}) {
    JsonDocument document;
    auto root = document.parse(client_file(file));
    if (root && given.empty() && found.url.empty())
      for (const auto& mirror : (*root)["registry-mirrors"].items())
        if (found.url.empty()) found = address_of(mirror.text());
  }
  JsonDocument document;
  auto root = document.parse(client_file((folder.empty() ? home() / ".docker" : std::filesystem::path{folder}) / "config.json"));
  if (!root || found.url.empty() || has_credentials(found)) return found;
  for (const auto& [registry, login] : (*root)["auths"].members()) {
    auto url = registry.find("://") == std::string_view::npos ? "https://" + std::string{registry} : std::string{registry};
    if (same_host(url, found.url) && login["auth"].is_string() && !has_credentials(found)) found.headers.emplace_back("Authorization", fmt::format("Basic {}", login["auth"].text()));
  }
  return found;
}

// "redis" is an official image.
std::string repository_of(const std::string& package) { return package.find('/') == std::string::npos ? "library/" + package : package; }

// Pages with the last pushed first. The memory is the newest push of the last pass; the token is "page newest-of-this-pass".
Result<Found> hub_releases(const Ask& ask) {
  auto blank = ask.token.find(' ');
  auto number = ask.token.empty() ? std::string{"1"} : ask.token.substr(0, blank);
  auto newest = blank == std::string::npos ? ask.memory : ask.token.substr(blank + 1);
  auto url = fmt::format("{}/v2/repositories/{}/tags?page_size=100&ordering=last_updated&page={}", ask.registry.url, path_of(repository_of(ask.package)), number);
  auto answer = TRY(ask_registry_json(ask, url));
  if (!answer.root["results"].is_array())
    return unexpected_answer(ask, "tags");
  Found found;
  bool older = false;
  for (const auto& row : answer.root["results"].items()) {
    Release release{.version = std::string{row["name"].text()}, .published = std::string{row["tag_last_pushed"].text(row["last_updated"].text())}};
    if (release.version.empty()) {
      found.page.rejected.push_back({fmt::format("{} page {}", ask.package, number), "a tag without its name", row.to_json()});
      continue;
    }
    release.login = row["last_updater_username"].text();
    // Tags move: each push that was seen is a release of its own.
    release.digest = row["digest"].text(release.published);
    add_release(found.page, "docker", ask.package, release, row, kCounted);
    if (release.published > newest) newest = release.published;
    older |= !ask.memory.empty() && !release.published.empty() && release.published < ask.memory;
  }
  if (answer.root["next"].is_string() && !older) found.token = fmt::format("{} {}", std::strtoll(number.c_str(), nullptr, 10) + 1, newest);
  else found.memory = newest;
  return found;
}

Result<JsonAnswer> ask_image(const Ask& ask, std::string_view kind, std::string_view name, const char* accept) {
  return ask_registry_json(ask, fmt::format("{}/v2/{}/{}/{}", ask.registry.url, path_of(repository_of(ask.package)), kind, path_of(name)), accept);
}

// An index leads to the manifests of platforms, a manifest to the configuration of its image, and that has the date.
Result<Release> image_release(const Ask& ask, const std::string& tag) {
  Release release{.version = tag};
  auto manifest = TRY(ask_image(ask, "manifests", tag, kManifests));
  if (auto platforms = manifest.root["manifests"].items(); !platforms.empty()) manifest = TRY(ask_image(ask, "manifests", platforms.front()["digest"].text(), kManifests));
  auto digest = std::string{manifest.root["config"]["digest"].text()};
  if (digest.empty()) return release;  // an old manifest (schema 1): no date, so the model sets it aside
  auto configuration = TRY(ask_image(ask, "blobs", digest, "application/json, */*"));
  release.published = configuration.root["created"].text();
  return release;
}

// The last names of the list first, some images a page. The memory is the tags that were read, one a line.
Result<Found> image_releases(const Ask& ask) {
  auto answer = TRY(ask_image(ask, "tags", "list", "application/json"));
  if (!answer.root["tags"].is_array())
    return unexpected_answer(ask, "tags");
  std::set<std::string, std::less<>> known;
  std::string all = ask.token.empty() ? ask.memory : ask.token;
  for (auto line : split(all, '\n')) known.emplace(line);
  Found found;
  std::size_t left = 0;
  auto tags = answer.root["tags"].items();
  for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag) {
    if (known.contains(tag->text()) || tag->text().empty() || left++ >= kImagesPerPage) continue;
    auto release = TRY(image_release(ask, std::string{tag->text()}));
    add_release(found.page, "docker", ask.package, release, JsonValue{});
    all += release.version + "\n";
  }
  if (left > kImagesPerPage) found.token = all;
  else found.memory = all;
  return found;
}

// Which of the two APIs it is shows by the first answer.
Result<Found> releases(const Ask& ask) {
  bool images = ask.token.find('\n') != std::string::npos || ask.memory.find('\n') != std::string::npos;
  if (images) return image_releases(ask);
  auto hub = hub_releases(ask);
  if (hub || hub.error().kind != Error::Kind::kNotFound) return hub;
  auto other = image_releases(ask);
  if (!other && other.error().kind == Error::Kind::kNotFound) return hub;
  return other;
}

Result<Found> downloads(const Ask& ask) {
  Found found;
  auto answer = ask_registry_json(ask, fmt::format("{}/v2/repositories/{}", ask.registry.url, path_of(repository_of(ask.package))));
  if (!answer && answer.error().kind == Error::Kind::kNotFound) return found;  // other registries count nothing
  if (!answer) return fail(answer.error());
  auto pulls = answer->root["pull_count"].integer();
  if (!pulls) return unexpected_answer(ask, "pulls");
  add_total(found.page, "docker", ask.package, ask.today, {*pulls, {}});
  return found;
}

}  // namespace

const Registry kDocker{.name = "docker",
                       .title = "Docker Hub",
                       .find_address = "`docker info` prints its registry and mirrors; the Hub's own API counts pulls too",
                       .example = "kelvane/server",
                       .name_problem = name_problem,
                       .own_name = own_name,
                       .address = address,
                       .releases = releases,
                       .downloads = downloads};

}  // namespace rapport::packages
