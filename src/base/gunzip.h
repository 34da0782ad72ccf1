// The text of a .gz file in constant memory. Its own reader because it is what most bulk data comes in, and because
// inflating is most of the time that reading such data takes: this one (ISA-L) needs less than half of zlib's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace rapport {

class Gunzip {
 public:
  // Whether the file begins as RFC 1952 says; false for one that cannot be read.
  static bool is_gzip(const std::filesystem::path& path);
  // Errors: kNotFound when it cannot be opened.
  static Result<Gunzip> open(const std::filesystem::path& path);
  Gunzip(Gunzip&&) noexcept;
  Gunzip& operator=(Gunzip&&) noexcept;
  ~Gunzip();

  // The next piece, empty at the end; it lives until the next call. Several members are one text (RFC 1952, 2.2); what
  // follows the last one and begins no member is ignored, as gzip(1) does.
  // Errors: kBadInput for a file that is damaged or ends too early, kUpstream when it cannot be read.
  Result<std::string_view> read_some();
  std::int64_t consumed() const;  // bytes of the file

 private:
  struct State;
  explicit Gunzip(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rapport
