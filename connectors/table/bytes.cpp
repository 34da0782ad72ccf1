#include "connectors/table/bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rapport::table {
namespace {

constexpr std::size_t kPiece = 1 << 18;

class PlainBytes : public Bytes {
 public:
  PlainBytes(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)), buffer_(kPiece, '\0') {}
  ~PlainBytes() override { ::close(descriptor_); }

  Result<std::string_view> some() override {
    ssize_t count;
    do count = ::read(descriptor_, buffer_.data(), buffer_.size());
    while (count < 0 && errno == EINTR);
    if (count < 0) return fail(Error::Kind::kUpstream, fmt::format("cannot read {}: {}", name_, std::strerror(errno)));
    return std::string_view{buffer_.data(), static_cast<std::size_t>(count)};
  }

 private:
  int descriptor_;
  std::string name_, buffer_;
};

class EntryBytes : public Bytes {
 public:
  explicit EntryBytes(Archive& archive) : archive_(archive) {}
  Result<std::string_view> some() override { return archive_.read_some(); }

 private:
  Archive& archive_;
};

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

Result<std::unique_ptr<Bytes>> open_plain(const std::filesystem::path& path, std::int64_t offset) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fail(errno == ENOENT ? Error::Kind::kNotFound : Error::Kind::kUpstream,
                fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)), "check `path` of this source in rapport.toml");
  auto bytes = std::make_unique<PlainBytes>(descriptor, path.string());
  if (offset > 0 && ::lseek(descriptor, offset, SEEK_SET) < 0)
    return fail(Error::Kind::kUpstream, fmt::format("cannot go on in {}: {}", path.string(), std::strerror(errno)));
  return std::unique_ptr<Bytes>{std::move(bytes)};
}

std::unique_ptr<Bytes> open_entry(Archive& archive) { return std::make_unique<EntryBytes>(archive); }

Result<Window> Window::open(std::unique_ptr<Bytes> bytes, std::int64_t offset) {
  Window window;
  window.bytes_ = std::move(bytes);
  window.offset_ = offset;
  if (offset > 0) return window;
  while (window.buffer_.size() < 4)
    if (!TRY(window.more())) break;
  std::string_view head = window.buffer_;
  if (head.starts_with("\xEF\xBB\xBF")) {
    window.drop(3);
  } else if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    window.wide_ = head[0] == '\xFF' ? Wide::kLittle : Wide::kBig;
    std::string raw;
    raw.swap(window.buffer_);
    window.append(std::string_view{raw}.substr(2));
  }
  return window;
}

void Window::append(std::string_view piece) {
  if (wide_ == Wide::kNo) {
    buffer_ += piece;
    return;
  }
  half_ += piece;
  std::size_t whole = half_.size() / 2 * 2;
  for (std::size_t i = 0; i < whole; i += 2) {
    auto first = static_cast<unsigned char>(half_[i]), second = static_cast<unsigned char>(half_[i + 1]);
    char32_t unit = wide_ == Wide::kLittle ? first | (second << 8) : second | (first << 8);
    bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (high_surrogate_ != 0 && is_low) {
      append_utf8(buffer_, 0x10000 + ((high_surrogate_ - 0xD800) << 10) + (unit - 0xDC00));
      high_surrogate_ = 0;
      continue;
    }
    if (high_surrogate_ != 0) append_utf8(buffer_, 0xFFFD);  // half a pair
    high_surrogate_ = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
    if (high_surrogate_ == 0) append_utf8(buffer_, is_low ? 0xFFFD : unit);
  }
  half_.erase(0, whole);
}

Result<bool> Window::more() {
  if (start_ > 0 && start_ * 2 >= buffer_.size()) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  auto before = buffer_.size();
  while (buffer_.size() == before) {
    auto piece = TRY(bytes_->some());
    if (piece.empty()) return false;
    append(piece);
  }
  return true;
}

void Window::drop(std::size_t count) {
  start_ += count;
  offset_ += static_cast<std::int64_t>(count);
}

}  // namespace rapport::table
