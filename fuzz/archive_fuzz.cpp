// Any bytes as an archive or a packed file: tar, zip, 7z, gzip and what libarchive knows. No name leaves its folder.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  auto archive = rapport::Archive::open(path);
  for (int i = 0; archive && i < 100; ++i) {
    auto entry = archive->next();
    if (!entry || !*entry) break;
    const auto& name = (*entry)->name;
    if (name.starts_with('/') || name == ".." || name.starts_with("../") || name.find("/../") != std::string::npos || name.ends_with("/..")) __builtin_trap();
    for (int piece = 0; piece < 64; ++piece) {
      auto some = archive->read_some();
      if (!some || some->empty()) break;
    }
  }
  return 0;
}
