// What zlib packs, byte by byte the same again; what is no whole gzip file, said.
#include <gtest/gtest.h>

#include "base/archive.h"
#include "base/gunzip.h"
#include "base/gzip.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

std::string some_text(std::size_t size) {
  std::string out;
  for (std::uint32_t state = 1; out.size() < size; state = state * 1664525 + 1013904223) out += std::to_string(state >> 9) + (state % 7 == 0 ? "\n" : " ");
  out.resize(size);
  return out;
}

Result<std::string> unpacked(const std::string& bytes) {
  test::TempFolder folder;
  auto path = folder.write("text.gz", bytes);
  auto file = TRY(Gunzip::open(path));
  std::string out;
  for (;;) {
    auto some = TRY(file.read_some());
    if (some.empty()) break;
    out += some;
  }
  EXPECT_LE(file.consumed(), static_cast<std::int64_t>(bytes.size()));
  return out;
}

TEST(Gunzip, gives_what_was_packed) {
  for (std::size_t size : {0ul, 1ul, 1000ul, 262'143ul, 262'144ul, 262'145ul, 5'000'000ul}) {
    auto text = some_text(size);
    auto again = unpacked(gzip(text));
    ASSERT_TRUE(again) << size << ": " << again.error().what;
    EXPECT_TRUE(*again == text) << size;
  }
}

TEST(Gunzip, several_members_are_one_text) {
  auto a = some_text(700'000), b = some_text(300);
  auto again = unpacked(gzip(a) + gzip("") + gzip(b));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_TRUE(*again == a + b);
}

TEST(Gunzip, zeros_and_other_things_behind_the_end_are_left_alone) {
  EXPECT_EQ(*unpacked(gzip("words") + std::string(1000, '\0')), "words");
  EXPECT_EQ(*unpacked(gzip("words") + "junk"), "words");
}

TEST(Gunzip, a_file_cut_anywhere_is_an_error) {
  auto whole = gzip(some_text(3000));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    auto cut = unpacked(whole.substr(0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().kind, Error::Kind::kBadInput);
  }
}

TEST(Gunzip, a_wrong_byte_is_an_error_or_changes_nothing) {
  auto text = some_text(3000);
  auto whole = gzip(text);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x41);
    auto again = unpacked(broken);
    EXPECT_TRUE(!again || *again == text) << at;  // a byte of the head that says nothing of the text: time, system
  }
}

TEST(Archive, says_what_is_wrong_with_a_gzip_file) {
  test::TempFolder folder;
  auto whole = gzip(some_text(900'000));
  auto path = folder.write("text.gz", whole.substr(0, whole.size() / 2));
  auto archive = Archive::open(path);
  ASSERT_TRUE(archive);
  ASSERT_TRUE(*archive->next());
  auto text = archive->read_all();
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().what.find("ends too early"), std::string::npos) << text.error().what;
}

}  // namespace
}  // namespace rapport
