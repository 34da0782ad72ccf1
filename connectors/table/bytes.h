// The bytes of a file as text, piece by piece: plain, compressed, or one entry of an archive; UTF-16 turned to UTF-8.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/archive.h"
#include "base/result.h"

namespace rapport::table {

class Bytes {
 public:
  virtual ~Bytes() = default;
  // The next piece; empty at the end. The view lives until the next call.
  virtual Result<std::string_view> some() = 0;
};

// A plain file from `offset` on.
Result<std::unique_ptr<Bytes>> open_plain(const std::filesystem::path& path, std::int64_t offset);
// The entry that `archive` stands at, which must outlive the answer.
std::unique_ptr<Bytes> open_entry(Archive& archive);

// What has been read and not yet used. Rows are cut off its front; it holds the row at hand and little more.
class Window {
 public:
  // `offset`: where in the text the first byte of `bytes` is; only at 0 is a byte order mark looked for.
  static Result<Window> open(std::unique_ptr<Bytes> bytes, std::int64_t offset);

  std::string_view text() const { return std::string_view{buffer_}.substr(start_); }
  std::int64_t offset() const { return offset_; }  // of text() in the whole text, after decoding
  bool is_utf16() const { return wide_ != Wide::kNo; }

  // Reads more behind text(); false at the end. Invalidates views of text().
  Result<bool> more();
  void drop(std::size_t count);  // REQUIRES: count <= text().size()

 private:
  enum class Wide { kNo, kLittle, kBig };
  void append(std::string_view piece);

  std::unique_ptr<Bytes> bytes_;
  std::string buffer_;
  std::size_t start_ = 0;
  std::int64_t offset_ = 0;
  Wide wide_ = Wide::kNo;
  std::string half_;               // bytes of a UTF-16 unit that is not complete yet
  char32_t high_surrogate_ = 0;
};

}  // namespace rapport::table
