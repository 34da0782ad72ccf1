// Files built into the program by tools/embed.cmake: metrics, models of the connectors, migrations, the web page.
#pragma once

#include <span>
#include <string_view>

namespace rapport {

struct EmbeddedFile {
  std::string_view path;  // relative to the folder that was embedded
  std::string_view text;
};

std::span<const EmbeddedFile> embedded_schema();      // schema/*.sql
std::span<const EmbeddedFile> embedded_connectors();  // <x>/model.sql
std::span<const EmbeddedFile> embedded_metrics();     // metrics/*.sql
std::span<const EmbeddedFile> embedded_models();      // models/*: texts that shape reports
std::span<const EmbeddedFile> embedded_web();         // web/dist/**

// The text of `path` in `files`; empty if it is not there.
std::string_view embedded_file(std::span<const EmbeddedFile> files, std::string_view path);

}  // namespace rapport
