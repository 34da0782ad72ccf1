// A Discourse forum that somebody saved: one /t/<id>.json a topic, in a folder or in an archive of one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/connector.h"

namespace rapport::discourse {

// Looks at the names and at the beginning of one file. Cheap also for large archives.
bool looks_like_export(const std::filesystem::path& path);

// Topics in the order of the archive (a folder: by name), some megabytes a page; memory is that of a page. The cursor
// says which state of the files it belongs to: of an unchanged export nothing is read again.
// Errors: kNotFound, kBadInput for a damaged archive.
Result<std::unique_ptr<Reader>> read_export(const std::filesystem::path& path, const std::string& cursor);

}  // namespace rapport::discourse
