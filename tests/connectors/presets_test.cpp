// Exports that the connector `table` knows by their header: each has a fixture, and `rapport add` of its file says which it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "connectors/connector.h"
#include "connectors/table/presets.h"

namespace rapport::table {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const Preset& preset) {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{fs::path{"connectors/table/fixtures"} / preset.name, ignored})
    if (auto name = entry.path().filename(); name != "activity.csv" && name != "rejected.csv" && name != "settings.toml") files.push_back(entry.path().string());
  return files;
}

TEST(presets, are_sorted_by_name) {
  EXPECT_TRUE(std::is_sorted(presets().begin(), presets().end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
}

TEST(presets, are_recognised_by_the_header_of_their_fixture) {
  auto connector = find_connector("table");
  ASSERT_TRUE(connector);
  for (const auto& preset : presets()) {
    auto files = files_of(preset);
    ASSERT_EQ(files.size(), 1u) << preset.name;
    auto found = (*connector)->recognise(files.front());
    EXPECT_EQ(found.understood, preset.says);
    EXPECT_GE(found.confidence, 80);
    std::string named;
    for (const auto& [setting, value] : found.settings)
      if (setting == "preset") named = value;
    EXPECT_EQ(named, preset.name);
  }
}

TEST(presets, are_taken_only_when_every_column_is_there) {
  EXPECT_EQ(preset_of(std::vector<std::string>{"email", "created_at"}), nullptr);
  auto* found = preset_of(std::vector<std::string>{"EMAIL", "expiry", "Active_Subscription", "created_at", "more"});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "substack");
}

TEST(presets, a_setting_that_is_given_goes_before) {
  constexpr Setting kDeclared[] = {{.name = "preset", .help = "", .example = ""}, {.name = "kind", .help = "", .example = ""}, {.name = "time", .help = "", .example = ""},
                                   {.name = "email", .help = "", .example = ""}, {.name = "id", .help = "", .example = ""}, {.name = "place", .help = "", .example = ""},
                                   {.name = "place_kind", .help = "", .example = "", .fallback = "list"}, {.name = "attributes", .help = "", .example = ""}};
  auto given = Settings::parse(kDeclared, {{"preset", "substack"}, {"kind", "join"}});
  ASSERT_TRUE(given);
  auto mappings = with_preset(kDeclared, *given);
  ASSERT_TRUE(mappings);
  ASSERT_EQ(mappings->size(), 1u);
  EXPECT_EQ(mappings->front().text("kind"), "join");
  EXPECT_EQ(mappings->front().text("time"), "created_at");
  EXPECT_EQ(mappings->front().text("place_kind"), "'newsletter'");
  auto slip = Settings::parse(kDeclared, {{"preset", "substak"}});
  ASSERT_TRUE(slip);
  auto refused = with_preset(kDeclared, *slip);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fix, "did you mean `substack`?");
}

}  // namespace
}  // namespace rapport::table
