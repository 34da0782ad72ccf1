#include "http/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace rapport {

std::string hmac_sha256_hex(std::string_view secret, std::string_view message) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  // OpenSSL takes a null key for "the one of the last call".
  const char* key = secret.empty() ? "" : secret.data();
  HMAC(EVP_sha256(), key, static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest, &size);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

bool is_signed_sha256(std::string_view secret, std::string_view body, std::string_view signature) {
  constexpr std::string_view kPrefix = "sha256=";
  if (secret.empty() || !signature.starts_with(kPrefix)) return false;
  return equal_in_constant_time(hmac_sha256_hex(secret, body), signature.substr(kPrefix.size()));
}

}  // namespace rapport
