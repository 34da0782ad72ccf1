// Files: whole reads, atomic writes, advisory locks. Errors name the path and what the system said.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rapport {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& path, std::size_t limit = 256u << 20);
// Writes beside `path`, then renames: a reader sees the old or the new file, never a half.
Result<> write_file(const fs::path& path, std::string_view text);

// An flock(2) on a small file, held until destruction or the death of the process.
class FileLock {
 public:
  enum class Mode { kShared, kExclusive };
  enum class Wait { kNo, kYes };
  // Errors: kBusy when somebody else holds it and Wait::kNo; the error's `what` is then what the holder wrote.
  static Result<FileLock> take(const fs::path& path, Mode mode, Wait wait);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  // Says who holds the lock, for the error another process gets. REQUIRES: Mode::kExclusive.
  void describe_holder(std::string_view text);

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace rapport
