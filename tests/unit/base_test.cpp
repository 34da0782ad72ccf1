// Archives, processes, files, JSON and text: what comes from outside and may be meant badly.
#include <gtest/gtest.h>

#include "base/archive.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/process.h"
#include "base/settings.h"
#include "base/text.h"
#include "tests/support/environment.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

using test::fails;
using test::ok;
using test::TempFolder;

struct Case {
  const char* in;
  const char* want;
};

ProcessOptions command(std::vector<std::string> words, std::string folder = {}) { return {std::move(words), std::move(folder), {}, {}}; }

TEST(Archive, refuses_names_that_leave_the_folder) {
  TempFolder room;
  ASSERT_TRUE(ok(run_process(command({"python3", "-c",
      "import tarfile, io\n"
      "for file, name in (('up.tar', '../x'), ('root.tar', '/x'), ('deep.tar', 'a/../../x')):\n"
      "    with tarfile.open(file, 'w') as tar:\n"
      "        info = tarfile.TarInfo(name); info.size = 1; tar.addfile(info, io.BytesIO(b'x'))\n"}, room.path().string()))));
  for (const char* name : {"up.tar", "root.tar", "deep.tar"}) {
    auto archive = Archive::open(room / name);
    ASSERT_TRUE(ok(archive));
    EXPECT_TRUE(fails(archive->next(), Error::Kind::kBadInput, "leave its folder")) << name;
  }
}

TEST(Archive, stops_at_a_bomb) {
  TempFolder room;
  ASSERT_TRUE(ok(run_process(command({"sh", "-c", "head -c 419430400 /dev/zero | xz -0 > bomb.xz"}, room.path().string()))));
  auto archive = Archive::open(room / "bomb.xz");
  ASSERT_TRUE(ok(archive));
  ASSERT_TRUE(ok(archive->next()));
  Result<std::string_view> some{"x"};
  std::size_t total = 0;
  while (some && !some->empty()) {
    some = archive->read_some();
    if (some) total += some->size();
  }
  EXPECT_TRUE(fails(some, Error::Kind::kBadInput, "bomb"));
  EXPECT_LT(total, 400u << 20);
}

TEST(Process, passes_arguments_as_they_are_and_reports_failure) {
  EXPECT_EQ(run_process(command({"printf", "%s", "$(touch x); `id` *"})).value_or("failed"), "$(touch x); `id` *");
  EXPECT_TRUE(fails(run_process(command({"no-such-program-here"})), Error::Kind::kNotFound, "no-such-program-here"));
  EXPECT_TRUE(fails(run_process(command({"sh", "-c", "echo broken >&2; exit 3"})), Error::Kind::kUpstream, "broken"));
}

TEST(FileLock, excludes_and_names_the_holder) {
  TempFolder room;
  auto first = FileLock::take(room / "lock", FileLock::Mode::kExclusive, FileLock::Wait::kNo);
  ASSERT_TRUE(ok(first));
  first->describe_holder("the first");
  EXPECT_TRUE(fails(FileLock::take(room / "lock", FileLock::Mode::kExclusive, FileLock::Wait::kNo), Error::Kind::kBusy, "the first"));
  EXPECT_TRUE(fails(FileLock::take(room / "lock", FileLock::Mode::kShared, FileLock::Wait::kNo), Error::Kind::kBusy));
}

TEST(Base64, is_that_of_the_rfc) {  // RFC 4648, 10
  const std::pair<const char*, const char*> cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (auto [in, want] : cases) EXPECT_EQ(base64(in), want);
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Text, repairs_what_is_not_utf8) {
  constexpr Case kCases[] = {{"plain", "plain"}, {"\xE9", "\xEF\xBF\xBD"}, {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
                             {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"}};
  for (const auto& c : kCases) EXPECT_EQ(repair_utf8(c.in), c.want);
}

TEST(Json, says_what_is_wrong) {
  JsonDocument document;
  EXPECT_TRUE(fails(document.parse("<!DOCTYPE html>"), Error::Kind::kBadInput, "HTML"));
  EXPECT_TRUE(fails(document.parse(""), Error::Kind::kBadInput, "nothing"));
  EXPECT_TRUE(fails(document.parse("{\"a\": "), Error::Kind::kBadInput, "broken JSON"));
}

TEST(Json, writes_what_every_reader_takes) {
  constexpr Case kCases[] = {{"a\"b\\", "\"a\\\"b\\\\\""}, {"</script>", "\"\\u003c/script>\""}, {"\x01\n", "\"\\u0001\\n\""}, {"\xE9", "\"\xEF\xBF\xBD\""}};
  for (const auto& c : kCases) {
    std::string out;
    append_json_string(out, c.in);
    EXPECT_EQ(out, c.want);
  }
}

TEST(Settings, take_secrets_from_the_environment_only) {
  constexpr Setting kDeclared[] = {{.name = "url", .help = "x.", .example = "y", .fallback = "", .required = true},
                                   {.name = "key", .help = "x.", .example = "y", .fallback = "", .secret = true}};
  test::EnvironmentVariable variable{"RAPPORT_TEST_KEY", "s3cret"};
  auto settings = Settings::parse(kDeclared, {{"url", "u"}, {"key", "$RAPPORT_TEST_KEY"}});
  ASSERT_TRUE(ok(settings));
  EXPECT_EQ(settings->text("key"), "s3cret");
  auto plain = Settings::parse(kDeclared, {{"url", "u"}, {"key", "s3cret"}});
  ASSERT_FALSE(plain.has_value());
  EXPECT_EQ((plain.error().what + plain.error().fix).find("s3cret"), std::string::npos);
  EXPECT_FALSE(Settings::parse(kDeclared, {{"url", "u"}, {"key", "$RAPPORT_TEST_NO_SUCH"}}).has_value());
  EXPECT_TRUE(fails(Settings::parse(kDeclared, {{"urk", "u"}}), Error::Kind::kBadInput, "url"));
  EXPECT_FALSE(Settings::parse(kDeclared, {}).has_value());
}

}  // namespace
}  // namespace rapport
