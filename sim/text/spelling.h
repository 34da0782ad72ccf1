// What several formats spell alike: times, slugs, simple HTML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rapport::sim {

void append_iso(std::string& out, std::int64_t unix_seconds);  // 2023-04-05T06:07:08, without a zone
std::string iso_utc(std::int64_t unix_seconds);                // 2023-04-05T06:07:08Z
std::string iso_millis(std::int64_t unix_seconds, std::uint64_t key);  // 2023-04-05T06:07:08.123Z
std::string rfc2822(std::int64_t unix_seconds, int utc_minutes);       // Wed, 05 Apr 2023 08:07:08 +0200
std::string slug_of(std::string_view title);
// Paragraphs and line breaks of Markdown text as HTML, everything else escaped.
std::string cooked(std::string_view markdown);

}  // namespace rapport::sim
