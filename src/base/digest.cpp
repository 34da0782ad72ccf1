#include "base/digest.h"

#include <openssl/sha.h>

#include <algorithm>

namespace rapport {

std::string sha256_hex(std::string_view bytes, std::size_t digits) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(std::min<std::size_t>(digits, 2 * sizeof digest), '0');
  for (std::size_t i = 0; i < hex.size(); ++i) hex[i] = kDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
  return hex;
}

}  // namespace rapport
