#include "server/static.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <utility>

#include "base/embedded.h"

namespace rapport {
namespace {

constexpr std::array kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".css", "text/css; charset=utf-8"},
    {".json", "application/json"}, {".svg", "image/svg+xml"}, {".png", "image/png"}, {".ico", "image/x-icon"},
    {".woff2", "font/woff2"}, {".txt", "text/plain; charset=utf-8"}, {".webmanifest", "application/manifest+json"}});

std::string_view type_of(std::string_view path) {
  for (const auto& [ending, type] : kTypes)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

// Vite names what it puts under assets/ after its content.
bool is_named_after_content(std::string_view path) { return path.starts_with("assets/"); }

}  // namespace

std::optional<Answer> static_file(std::string_view path) {
  auto files = embedded_web();
  std::string_view wanted = path.substr(1);
  bool is_page = wanted.substr(wanted.rfind('/') + 1).find('.') == std::string_view::npos;
  if (is_page) wanted = "index.html";
  for (const auto& file : files) {
    if (file.path != wanted) continue;
    Answer answer{.type = std::string{type_of(file.path)}, .body = std::string{file.text}};
    answer.headers.emplace_back("Cache-Control", is_named_after_content(file.path) ? "public, max-age=31536000, immutable" : "no-cache");
    answer.headers.emplace_back("ETag", fmt::format("W/\"{:x}\"", std::hash<std::string_view>{}(file.text)));
    return answer;
  }
  return {};
}

}  // namespace rapport
