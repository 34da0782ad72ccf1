#include "connectors/git/repository.h"

#include <fmt/format.h>

#include <fstream>
#include <limits>
#include <map>
#include <optional>

#include "base/archive.h"
#include "base/text.h"

namespace rapport::git {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEntriesLookedAt = 2000;  // of an archive that may be anything

// What of a repository may be taken out of an archive. Not `config` and `hooks`: they can run programs; and not the places
// of further objects: they may lie anywhere on this machine.
bool is_wanted(std::string_view inside) {
  if (inside == "objects/info/alternates" || inside == "objects/info/http-alternates") return false;
  return inside == "HEAD" || inside == "packed-refs" || inside == "shallow" || inside.starts_with("objects/") ||
         inside.starts_with("refs/");
}

// The folder in an archive whose files those of a repository are: "sdk.git/", "project/.git/", "sdk/", or "" for the archive
// itself; nothing where there is none among its first `most` entries. Deeper than that lie only names that happen to be alike.
Result<std::optional<std::string>> repository_within(const fs::path& archive_path, std::size_t most) {
  struct Seen {
    bool head = false, objects = false;
  };
  std::map<std::string, Seen, std::less<>> folders;
  auto archive = TRY(Archive::open(archive_path));
  for (std::size_t i = 0; i < most; ++i) {
    auto entry = TRY(archive.next());
    if (!entry) break;
    std::string_view path = entry->name;
    auto start = path.starts_with("./") ? 2u : 0u;
    auto dot_git = path.find(".git/", start), slash = path.find('/', start);
    auto first = dot_git != std::string_view::npos ? dot_git + 5 : start;
    for (auto size : {first, dot_git == std::string_view::npos && slash != std::string_view::npos ? slash + 1 : first}) {
      auto inside = path.substr(size);
      if (!is_wanted(inside)) continue;
      auto& seen = folders[std::string{path.substr(0, size)}];
      seen.head |= inside == "HEAD";
      seen.objects |= inside.starts_with("objects/");
      if (seen.head && seen.objects) return std::optional{std::string{path.substr(0, size)}};
    }
  }
  for (const auto& [folder, seen] : folders)  // one without a commit
    if (seen.head && folder.ends_with(".git/")) return std::optional{folder};
  return std::optional<std::string>{};
}

Result<> unpack(const fs::path& archive_path, const fs::path& target) {
  std::error_code failed;
  fs::path part = target;
  part += ".part";
  fs::remove_all(part, failed);
  for (const char* folder : {"objects/pack", "objects/info", "refs/heads", "refs/tags"}) fs::create_directories(part / folder, failed);
  auto folder = TRY(repository_within(archive_path, std::numeric_limits<std::size_t>::max()));
  if (!folder) return fail(Error::Kind::kBadInput, fmt::format("{} holds no git repository", archive_path.string()), "unpack it and add the folder instead");
  auto archive = TRY(Archive::open(archive_path));
  for (;;) {
    auto entry = TRY(archive.next());
    if (!entry) break;
    std::string_view inside = entry->name;
    if (!inside.starts_with(*folder)) continue;
    inside.remove_prefix(folder->size());
    if (!is_wanted(inside)) continue;
    fs::path file = part / std::string{inside};
    fs::create_directories(file.parent_path(), failed);
    std::ofstream out{file, std::ios::binary};
    for (;;) {
      auto some = TRY(archive.read_some());
      if (some.empty()) break;
      out.write(some.data(), static_cast<std::streamsize>(some.size()));
    }
    out.close();
    if (!out) return fail(Error::Kind::kUpstream, fmt::format("cannot write {}", file.string()), "check the free disk space");
  }
  std::ofstream{part / "config"} << "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
  fs::remove_all(target, failed);
  fs::rename(part, target, failed);
  if (failed) return fail(Error::Kind::kUpstream, fmt::format("cannot create {}: {}", target.string(), failed.message()));
  return {};
}

std::string fingerprint(const fs::path& file) {
  std::error_code failed;
  return fmt::format("{} {}", fs::file_size(file, failed),
                     fs::last_write_time(file, failed).time_since_epoch().count());
}

bool trees_are_here(const Repository& repository) {
  // A partial clone would fetch missing files over the network one by one: treat it as without files.
  if (run_process(repository.command({"config", "--get-regexp", "^(extensions\\.partialclone|remote\\..*\\.promisor)$"})))
    return false;
  auto last = run_process(repository.command({"rev-list", "--all", "-n", "1"}));
  if (!last || trim(*last).empty()) return false;
  return run_process(repository.command({"ls-tree", "-r", "--name-only", std::string{trim(*last)}})).has_value();
}

}  // namespace

ProcessOptions Repository::command(std::vector<std::string> arguments, std::string input) const {
  ProcessOptions options;
  options.arguments = {"git", "--no-pager", "-C", folder.string(), "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
                       "-c", "log.showSignature=false", "-c", "log.mailmap=false", "-c", "i18n.logOutputEncoding=UTF-8"};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.environment = {"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C.UTF-8", "GIT_CONFIG_NOSYSTEM=1"};
  options.input = std::move(input);
  return options;
}

bool looks_like_repository(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / ".git", ignored) || (fs::exists(path / "HEAD", ignored) && fs::exists(path / "objects", ignored));
}

bool looks_like_remote(std::string_view location) {
  for (auto scheme : {"git://", "ssh://", "git@"})
    if (location.starts_with(scheme)) return true;
  bool web = location.starts_with("https://") || location.starts_with("http://");
  return web && location.ends_with(".git");
}

bool is_elsewhere(std::string_view location) { return looks_like_remote(location) || location.find("://") != std::string_view::npos; }

bool looks_like_repository_archive(const fs::path& path) {
  auto name = path.filename().string();
  if (name.find(".tar") == std::string::npos && !name.ends_with(".tgz")) return false;
  auto found = repository_within(path, kEntriesLookedAt);
  return found && *found;
}

Result<Repository> open_repository(const std::string& location, const fs::path& cache) {
  std::error_code ignored;
  Repository repository;
  if (is_elsewhere(location)) {
    repository.folder = cache / "mirror.git";
    fs::create_directories(cache, ignored);
    if (!fs::exists(repository.folder / "HEAD", ignored)) {
      Repository here{cache, false};
      TRY(run_process(here.command({"clone", "--quiet", "--mirror", "--", location, repository.folder.string()}))
              .in("cloning " + location));
    } else {
      TRY(run_process(repository.command({"fetch", "--quiet", "--prune", "origin"})).in("fetching " + location));
    }
  } else if (fs::is_regular_file(location, ignored)) {
    repository.folder = cache / "unpacked.git";
    fs::create_directories(cache, ignored);
    auto mark = cache / "unpacked.from";
    std::string seen;
    std::getline(std::ifstream{mark}, seen);
    if (seen != fingerprint(location) || !fs::exists(repository.folder / "HEAD", ignored)) {
      TRY(unpack(location, repository.folder));
      std::ofstream{mark} << fingerprint(location);
    }
  } else if (fs::is_directory(location, ignored)) {
    repository.folder = location;
  } else {
    return fail(Error::Kind::kNotFound, fmt::format("no git repository at {}", printable(location)),
                "check `url` of this source in rapport.toml");
  }
  TRY(run_process(repository.command({"rev-parse", "--git-dir"})).in("opening " + location));
  repository.has_files = trees_are_here(repository);
  return repository;
}

}  // namespace rapport::git
