#include "sim/out_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rapport::sim {

void OutFile::open(const std::filesystem::path& path) {
  if (descriptor_ >= 0) {
    flush();
    ::close(descriptor_);
    descriptor_ = -1;
  }
  path_ = path;
  auto create = [&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644); };
  descriptor_ = create();
  if (descriptor_ < 0 && errno == ENOENT) {
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    descriptor_ = create();
  }
  if (descriptor_ < 0 && error_ == 0) error_ = errno;
}

void OutFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    auto count = ::write(descriptor_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error_ = errno;
    else rest.remove_prefix(static_cast<std::size_t>(count));
  }
  buffer_.clear();
}

Result<> OutFile::close() {
  if (descriptor_ >= 0) {
    flush();
    if (::close(descriptor_) != 0 && error_ == 0) error_ = errno;
    descriptor_ = -1;
  }
  if (error_ == 0) return {};
  return fail(Error::Kind::kUpstream, fmt::format("cannot write {}: {}", path_.string(), std::strerror(error_)),
              error_ == ENOSPC ? "free some disk space, or simulate fewer activities" : "");
}

void append_csv(std::string& out, std::string_view cell, char after) {
  if (std::none_of(cell.begin(), cell.end(), [](char c) { return c == ',' || c == '"' || c == '\r' || c == '\n'; })) {
    out += cell;
  } else {
    out += '"';
    for (char c : cell) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += after;
}

}  // namespace rapport::sim
