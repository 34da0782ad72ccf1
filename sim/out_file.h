// A file written front to back in large pieces. The first error stays and is told at close().
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rapport::sim {

class OutFile {
 public:
  OutFile() = default;
  explicit OutFile(const std::filesystem::path& path) { open(path); }  // creates the folders above it
  OutFile(const OutFile&) = delete;
  OutFile& operator=(const OutFile&) = delete;
  ~OutFile() { (void)close(); }

  void open(const std::filesystem::path& path);  // closes what was open; errors are kept for close()
  bool is_open() const { return descriptor_ >= 0; }
  // Append to this; call flush_if_full() after each record.
  std::string& buffer() { return buffer_; }
  void write(std::string_view text) {
    buffer_ += text;
    flush_if_full();
  }
  void flush_if_full() {
    if (buffer_.size() >= kFull) flush();
  }
  Result<> close();

 private:
  static constexpr std::size_t kFull = 256u << 10;
  void flush();
  std::filesystem::path path_;
  int descriptor_ = -1, error_ = 0;
  std::string buffer_;
};

// Appends a CSV cell (RFC 4180) and a comma, or a line end for the last one.
void append_csv(std::string& out, std::string_view cell, char after = ',');

}  // namespace rapport::sim
