// Exports of services whose rows are known: what their header looks like and what each row means. One row of the table a
// service; README.md says what each gives.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/settings.h"

namespace rapport::table {

struct Preset {
  using Values = std::vector<std::pair<std::string_view, std::string_view>>;
  std::string_view name;   // what `preset` in rapport.toml is set to
  std::string_view says;   // what a file of this kind holds, for `rapport add`
  std::vector<std::string_view> columns;  // a header with all of these, in any case of letters, is one
  Values settings;         // of the connector `table`; what rapport.toml says goes before them
  // Where a row tells of two things (registered, came): what is different for the second. It goes before rapport.toml.
  Values second = {};
};

// The table in presets.cpp, sorted by name.
std::span<const Preset> presets();

// The preset with the most columns among those whose columns are all there; null = none.
const Preset* preset_of(std::span<const std::string> columns);

// What `given` means with its preset filled in: one Settings for each mapping, the first also saying how the file is read.
// Errors: kBadInput for an unknown preset.
Result<std::vector<Settings>> with_preset(std::span<const Setting> declared, const Settings& given);

}  // namespace rapport::table
