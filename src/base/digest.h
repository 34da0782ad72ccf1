// Content digests, for ids that follow from what a thing says. Not for passwords.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// The first `digits` (at most 64) hexadecimal digits of the SHA-256 of `bytes`, in lower case.
std::string sha256_hex(std::string_view bytes, std::size_t digits = 64);

}  // namespace rapport
