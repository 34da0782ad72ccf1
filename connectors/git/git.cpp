#include "connectors/git/git.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/git/log_reader.h"
#include "connectors/git/repository.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The repository: a folder, a tar of a bare repository, or anything `git clone` takes.",
     .example = "../our-sdk", .fallback = "", .required = true, .path = true},
    {.name = kCacheSetting, .help = "Where clones and unpacked archives are kept.", .example = ".rapport/cache/sdk", .fallback = ".rapport/cache/git",
     .path = true},
};
constexpr Stream kStreams[] = {
    {"commits", StreamKind::kIncremental}, {"tags", StreamKind::kFullListing}, {"mailmap", StreamKind::kFullListing}};

class GitConnector : public Connector {
 public:
  explicit GitConnector(git::Repository repository) : repository_(std::move(repository)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http&) const override {
    if (stream == "tags") return git::read_tags(repository_);
    if (stream == "mailmap") return git::read_mailmap(repository_);
    return git::read_commits(repository_, cursor);
  }

 private:
  git::Repository repository_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto repository = TRY(git::open_repository(settings.text("url"), settings.text(kCacheSetting)));
  return std::unique_ptr<Connector>{std::make_unique<GitConnector>(std::move(repository))};
}

// "ext::sh -c …" and its like: git starts the program git-remote-<transport>.
bool starts_a_program(std::string_view url) {
  auto colons = url.find("::");
  if (colons == std::string_view::npos || colons == 0) return false;
  return std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(colons), [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.' || c == '_'; });
}

std::string by_hand(const std::map<std::string, std::string>& settings) {
  auto url = settings.find("url");
  return url != settings.end() && starts_a_program(url->second) ? "for an address like this git starts a program, which `url` names" : "";
}

// A repository elsewhere is first cloned, which is not for a check.
Result<> check(const Settings& settings) {
  std::string_view url = settings.text("url");
  std::error_code ignored;
  if (git::is_elsewhere(url) || std::filesystem::is_regular_file(url, ignored)) return {};
  if (std::filesystem::is_directory(url, ignored) && git::looks_like_repository(url)) return {};
  return fail(Error::Kind::kNotFound, fmt::format("no git repository at {}", printable(url)), "check `url` of this source");
}

// "https://host/org/sdk.git" and "../sdk/" both give "sdk".
std::string short_name(std::string_view location) {
  while (location.ends_with('/')) location.remove_suffix(1);
  auto name = std::string{location.substr(location.find_last_of("/:") + 1)};
  for (std::string_view suffix : {".xz", ".gz", ".tgz", ".tar", ".git"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name.empty() ? "repository" : name;
}

Recognised recognise(std::string_view what) {
  std::filesystem::path path{what};
  std::error_code ignored;
  std::string location{what};
  Recognised found{0, {}, short_name(what), {{"url", location}}};
  if (git::looks_like_remote(what)) {
    found.confidence = 90;
    found.understood = "a remote git repository, to be mirrored beside the database";
  } else if (std::filesystem::is_directory(path, ignored) && git::looks_like_repository(path)) {
    found.confidence = 100;  // whatever exports lie among its files
    found.understood = "a git repository on this machine";
    if (auto absolute = std::filesystem::canonical(path, ignored); !ignored) found.name = short_name(absolute.string());
  } else if (std::filesystem::is_regular_file(path, ignored) && git::looks_like_repository_archive(path)) {
    found.confidence = 90;
    found.understood = "an archive of a git repository";
  }
  return found;
}

}  // namespace

const ConnectorEntry kGitConnector{
    .info = {.name = "git",
             .summary = "commits, their roles, and releases of a git repository, local or remote",
             .settings = kSettings,
             .streams = kStreams,
             .staging = git::staging_tables(),
             .model_sql = embedded_file(embedded_connectors(), "git/model.sql")},
    .open = open,
    .check = check,
    .by_hand = by_hand,
    .recognise = recognise};

}  // namespace rapport
