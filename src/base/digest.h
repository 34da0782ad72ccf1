// Content digests, for ids that follow from what a thing says. Not for passwords.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace rapport {

// The first `digits` (at most 64) hexadecimal digits of the SHA-256 of `bytes`, in lower case.
std::string sha256_hex(std::string_view bytes, std::size_t digits = 64);

// The SHA-1 of the parts one after the other: what git names its objects by. Not against anybody who means harm.
std::array<unsigned char, 20> sha1(std::initializer_list<std::string_view> parts);

}  // namespace rapport
