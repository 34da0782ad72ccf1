// Changes of a Gerrit server: over HTTP (https://gerrit-review.googlesource.com/Documentation/rest-api-changes.html) and out of
// what `ssh … gerrit query --format=JSON` printed.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/connector.h"

namespace rapport::gerrit {

struct Server {
  std::string site;      // "https://review.example.org/r", without a slash at its end
  HttpHeaders headers;   // credentials; with them requests go to <site>/a/
  std::string query;     // in Gerrit's words; empty = all changes
  bool signs_in = false;
};

// Newest change first, down to what is known.
std::unique_ptr<Reader> read_changes(Server server, const std::string& cursor, Http& http);

// Files with one JSON object a line.
bool is_query_file(std::string_view name);
bool looks_like_query(const std::filesystem::path& path);
Result<std::unique_ptr<Reader>> read_saved_query(const std::filesystem::path& path, const std::string& cursor);

}  // namespace rapport::gerrit
