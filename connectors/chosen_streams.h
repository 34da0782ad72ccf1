// The setting `streams` of connectors that read several: which of them the source is about.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/settings.h"

namespace rapport {

using StreamNames = std::set<std::string, std::less<>>;

// Empty = the setting names none, so the connector's own choice holds. Errors: kBadInput for a name that is not among `known`.
Result<StreamNames> chosen_streams(const Settings& settings, std::span<const std::string> known);

}  // namespace rapport
