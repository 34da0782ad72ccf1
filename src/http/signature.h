// Signed requests, as webhooks send them: the sender and we share a secret, and the signature is HMAC-SHA256 (RFC 2104,
// FIPS 180-4) of the body exactly as it was sent.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// HMAC-SHA256 of `message` under `secret`, as 64 hexadecimal digits in lower case.
std::string hmac_sha256_hex(std::string_view secret, std::string_view message);

// Whether the two are equal, in a time that depends on their lengths only: how far a guess was right does not show.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Whether `signature` ("sha256=<64 digits>", the form of X-Hub-Signature-256) is that of `body` under `secret`. An empty
// secret signs nothing: false.
bool is_signed_sha256(std::string_view secret, std::string_view body, std::string_view signature);

}  // namespace rapport
