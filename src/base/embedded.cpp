#include "base/embedded.h"

namespace rapport {

std::string_view embedded_file(std::span<const EmbeddedFile> files, std::string_view path) {
  for (const auto& file : files)
    if (file.path == path) return file.text;
  return {};
}

}  // namespace rapport
