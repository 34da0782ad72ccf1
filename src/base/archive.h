// Files out of an archive (tar, tar.xz, tar.gz, zip, or one compressed file), one after the other in constant
// memory. Refuses what archives are abused for: names that leave the folder, and bombs.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct archive;

namespace rapport {

struct ArchiveEntry {
  std::string name;       // as in the archive; never absolute, never with ".."
  std::int64_t size = 0;  // -1 = unknown
};

class Archive {
 public:
  // `path` may be any archive libarchive reads, or a plain or compressed single file (one entry, its own name).
  static Result<Archive> open(const std::filesystem::path& path);
  Archive(Archive&&) noexcept;
  Archive& operator=(Archive&&) noexcept;
  ~Archive();

  // Goes to the next regular file; nullopt at the end. Errors: kBadInput for a damaged archive or a bad name.
  Result<std::optional<ArchiveEntry>> next();
  // The whole current file. Errors: kBadInput when it is larger than `limit`.
  Result<std::string> read_all(std::size_t limit = 512u << 20);
  // Up to a buffer of the current file; empty at its end. The view lives until the next call.
  Result<std::string_view> read_some();

 private:
  struct State;
  explicit Archive(std::unique_ptr<State> state);
  static ssize_t unpack(struct archive* handle, void* state, const void** bytes);  // libarchive asks it for more
  std::unique_ptr<State> state_;
};

}  // namespace rapport
