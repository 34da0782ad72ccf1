// A git repository on this machine, wherever it came from: a folder, a bare clone, a tar of one, a remote URL.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/process.h"
#include "base/result.h"

namespace rapport::git {

struct Repository {
  std::filesystem::path folder;  // the repository or its .git
  bool has_files = false;        // trees and blobs are here, so changes per file can be counted

  // A git command on this repository with everything that could run foreign code switched off.
  ProcessOptions command(std::vector<std::string> arguments, std::string input = {}) const;
};

// Makes `location` readable: a folder is used where it is; a remote is cloned into (or fetched in) `cache`; an
// archive is unpacked into it. Errors: kNotFound, kUpstream with what git said.
Result<Repository> open_repository(const std::string& location, const std::filesystem::path& cache);

bool looks_like_repository(const std::filesystem::path& path);
bool looks_like_remote(std::string_view location);
// Whether open_repository() would ask git for it.
bool is_elsewhere(std::string_view location);
// A tar (plain or compressed) with a repository among its first entries, bare or with its files.
bool looks_like_repository_archive(const std::filesystem::path& path);

}  // namespace rapport::git
