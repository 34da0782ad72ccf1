#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

namespace rapport {

std::string sha256_hex(std::string_view bytes, std::size_t digits) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(std::min<std::size_t>(digits, 2 * sizeof digest), '0');
  for (std::size_t i = 0; i < hex.size(); ++i) hex[i] = kDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
  return hex;
}

std::array<unsigned char, 20> sha1(std::initializer_list<std::string_view> parts) {
  // Finding the algorithm by name costs more than hashing a kilobyte: kept.
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{EVP_MD_fetch(nullptr, "SHA1", nullptr), EVP_MD_free};
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  std::array<unsigned char, 20> digest{};
  EVP_DigestInit_ex(context.get(), algorithm.get(), nullptr);
  for (auto part : parts) EVP_DigestUpdate(context.get(), part.data(), part.size());
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return digest;
}

}  // namespace rapport
