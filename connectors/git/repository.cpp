#include "connectors/git/repository.h"

#include <fmt/format.h>

#include <fstream>

#include "base/archive.h"
#include "base/text.h"

namespace rapport::git {
namespace {

namespace fs = std::filesystem;

// What of a bare repository may be taken out of an archive. Not `config` and `hooks`: they can run programs.
bool is_wanted(std::string_view inside) {
  return inside == "HEAD" || inside == "packed-refs" || inside == "shallow" || inside.starts_with("objects/") ||
         inside.starts_with("refs/");
}

// The path inside the repository: what follows the folder that holds HEAD.
Result<> unpack(const fs::path& archive_path, const fs::path& target) {
  std::error_code failed;
  fs::path part = target;
  part += ".part";
  fs::remove_all(part, failed);
  for (const char* folder : {"objects/pack", "objects/info", "refs/heads", "refs/tags"}) fs::create_directories(part / folder, failed);
  auto archive = TRY(Archive::open(archive_path));
  for (;;) {
    auto entry = TRY(archive.next());
    if (!entry) break;
    std::string_view inside = entry->name;
    if (inside.starts_with("./")) inside.remove_prefix(2);
    // "urho3d.git/HEAD" or "project/.git/HEAD" or "HEAD"
    if (auto dot_git = inside.find(".git/"); dot_git != std::string_view::npos) inside.remove_prefix(dot_git + 5);
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
  if (!fs::exists(part / "HEAD"))
    return fail(Error::Kind::kBadInput, fmt::format("{} holds no bare git repository", archive_path.string()),
                "unpack it and add the folder instead");
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
  auto archive = Archive::open(path);
  if (!archive) return false;
  bool head = false, objects = false;
  for (int i = 0; i < 64 && !(head && objects); ++i) {
    auto entry = archive->next();
    if (!entry || !*entry) break;
    auto& inside = (*entry)->name;
    head |= inside == "HEAD" || inside.ends_with("/HEAD");
    objects |= inside.starts_with("objects/") || inside.find("/objects/") != std::string::npos;
  }
  return objects;
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
