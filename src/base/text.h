// Small, pure operations on text. All of it is UTF-8; nothing here knows the product.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rapport {

bool is_valid_utf8(std::string_view text);
// Replaces every byte that is not part of valid UTF-8, and every NUL, by U+FFFD.
std::string repair_utf8(std::string_view text);
// Latin-1 bytes read as UTF-8 text; for sources that declare or betray that charset.
std::string utf8_from_latin1(std::string_view bytes);

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts
std::vector<std::string> listed(std::string_view text);  // "a, b,,a" -> a, b: trimmed, none empty, none twice
std::string lower_ascii(std::string_view text);
// The whole number that `text` spells, all of it; nothing where it spells none, or one that does not fit.
std::optional<std::int64_t> whole_number(std::string_view text);
std::string with_thousands(std::int64_t number);  // 36,990
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
std::string join(std::span<const std::string> parts, std::string_view separator);

// At most `columns` characters, the end replaced by "…" where something was cut.
std::string elide(std::string_view text, std::size_t columns);
// Number of terminal columns `text` takes: wide East Asian characters count two, combining marks none.
std::size_t display_width(std::string_view text);

// Levenshtein distance in bytes. O(|a|·|b|).
std::size_t edit_distance(std::string_view a, std::string_view b);
// The candidate nearest to `word`, if near enough to be meant; empty otherwise.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

// Makes text from outside safe to print on a terminal: control characters become spaces or "?".
std::string printable(std::string_view text);

std::string html_escaped(std::string_view text);
std::string sql_quoted(std::string_view text);      // 'it''s'
std::string sql_identifier(std::string_view name);  // "na""me"
std::string percent_encoded(std::string_view text);  // RFC 3986 unreserved characters stay
std::string percent_decoded(std::string_view text);  // "+" stays; malformed escapes stay as they are

}  // namespace rapport
