// How sources and what they can be look in JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "workspace/workspace.h"

namespace rapport {

// Settings as they are written: of a secret, the name of its variable.
void write_source(JsonWriter& json, const SourceConfig& source);

// `text` as one word of a POSIX shell's command line, for people to copy.
std::string shell_word(std::string_view text);

}  // namespace rapport
