// An export of a workspace: users.json, channels.json and <channel>/<day>.json, in a folder, zip or tar.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport::slack {

// Both halves of it: a list of users or channels, and a day of a channel. Cheap also for large archives.
bool looks_like_export(const std::filesystem::path& path);

// Errors: kNotFound, kBadInput for a damaged archive.
Result<std::unique_ptr<Reader>> read_export(const std::filesystem::path& path, std::string_view stream, const std::string& cursor);

}  // namespace rapport::slack
