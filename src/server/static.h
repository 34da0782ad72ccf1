// The web page, out of the program itself: nothing is read from disk, so no path can lead out of it.
#pragma once

#include <optional>

#include "server/request.h"

namespace rapport {

// The file at `path`; index.html for what the page itself shows (a path without a dot). None: there is no such file.
// The ETag of the answer is that of its content.
std::optional<Answer> static_file(std::string_view path);

}  // namespace rapport
