#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace rapport {
namespace {

tl::unexpected<Error> system_error(std::string_view doing, const fs::path& path) {
  int code = errno;
  auto kind = code == ENOENT ? Error::Kind::kNotFound : Error::Kind::kUpstream;
  std::string fix;
  if (code == EACCES || code == EPERM) fix = "check who may read and write it: ls -l " + path.string();
  if (code == ENOSPC) fix = "free some disk space and run again; nothing was lost";
  return fail(kind, fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(code)), fix);
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) return system_error("open", path);
  std::string out;
  for (;;) {
    std::size_t old_size = out.size();
    out.resize(old_size + (1 << 16));
    ssize_t count = ::read(file.number, out.data() + old_size, 1 << 16);
    if (count < 0 && errno == EINTR) count = 0;
    else if (count < 0) return system_error("read", path);
    else if (count == 0) {
      out.resize(old_size);
      return out;
    }
    out.resize(old_size + static_cast<std::size_t>(count));
    if (out.size() > limit)
      return fail(Error::Kind::kBadInput, fmt::format("{} is larger than {} MB", path.string(), limit >> 20));
  }
}

Result<> write_file(const fs::path& path, std::string_view text) {
  fs::path part = path;
  part += ".part";
  {
    Descriptor file{::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.number < 0) return system_error("write", path);
    while (!text.empty()) {
      ssize_t count = ::write(file.number, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return system_error("write", path);
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.number) != 0) return system_error("write", path);
  }
  if (::rename(part.c_str(), path.c_str()) != 0) return system_error("write", path);
  return {};
}

Result<FileLock> FileLock::take(const fs::path& path, Mode mode, Wait wait) {
  // Readers may live in a folder they cannot write to: then there is no lock file and nobody can write either.
  int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0 && mode == Mode::kShared) descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (mode == Mode::kShared && (errno == ENOENT || errno == EACCES || errno == EROFS)) return FileLock{-1};
    return system_error("lock", path);
  }
  FileLock lock{descriptor};
  int operation = (mode == Mode::kShared ? LOCK_SH : LOCK_EX) | (wait == Wait::kNo ? LOCK_NB : 0);
  int result;
  do result = ::flock(descriptor, operation);
  while (result != 0 && errno == EINTR);
  if (result == 0) return lock;
  if (errno != EWOULDBLOCK) return system_error("lock", path);
  char holder[256] = {};
  ssize_t count = ::pread(descriptor, holder, sizeof holder - 1, 0);
  std::string who{trim(std::string_view{holder, count > 0 ? static_cast<std::size_t>(count) : 0})};
  return fail(Error::Kind::kBusy, who.empty() ? "another process" : printable(who));
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileLock::describe_holder(std::string_view text) {
  if (::ftruncate(descriptor_, 0) == 0) (void)!::pwrite(descriptor_, text.data(), text.size(), 0);
}

}  // namespace rapport
