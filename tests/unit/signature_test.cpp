#include "http/signature.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

// The test vector of GitHub's "Validating webhook deliveries".
constexpr const char* kSecret = "It's a Secret to Everybody";
constexpr const char* kSignature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

TEST(Signature, agrees_with_the_published_one) { EXPECT_TRUE(is_signed_sha256(kSecret, "Hello, World!", kSignature)); }

TEST(Signature, is_of_the_body_and_of_the_secret) {
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World", kSignature));
  EXPECT_FALSE(is_signed_sha256("It's a secret to everybody", "Hello, World!", kSignature));
}

TEST(Signature, must_be_whole_and_of_the_right_kind) {
  std::string signature = kSignature;
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World!", ""));
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World!", "sha256="));
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World!", signature.substr(7)));
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World!", signature.substr(0, signature.size() - 1)));
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World!", signature + "0"));
  EXPECT_FALSE(is_signed_sha256(kSecret, "Hello, World!", "sha1=" + signature.substr(7)));
}

TEST(Signature, by_an_empty_secret_is_none) {
  EXPECT_FALSE(is_signed_sha256("", "Hello, World!", "sha256=" + hmac_sha256_hex("", "Hello, World!")));
}

// RFC 4231, test cases 1, 2 and 6.
TEST(Hmac, agrees_with_rfc_4231) {
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(ConstantTime, equality_is_equality) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
  EXPECT_FALSE(equal_in_constant_time("", "a"));
}

}  // namespace
}  // namespace rapport
