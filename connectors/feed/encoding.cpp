#include "connectors/feed/encoding.h"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>

#include "base/html_text.h"
#include "base/text.h"

namespace rapport::feed {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Converter {
  iconv_t handle;
  ~Converter() {
    if (handle != reinterpret_cast<iconv_t>(-1)) iconv_close(handle);
  }
};

Result<std::string> converted(std::string_view bytes, const std::string& encoding) {
  Converter converter{iconv_open("UTF-8", encoding.c_str())};
  if (converter.handle == reinterpret_cast<iconv_t>(-1))
    return fail(Error::Kind::kBadInput, fmt::format("the feed says that it is written in {}, an encoding that is not known", printable(encoding)),
                "tell its publisher; it should be UTF-8");
  std::string out;
  std::string buffer(64 << 10, '\0');
  auto* in = const_cast<char*>(bytes.data());
  std::size_t left = bytes.size();
  while (left > 0) {
    auto* to = buffer.data();
    std::size_t room = buffer.size();
    auto before = left;
    auto done = iconv(converter.handle, &in, &left, &to, &room);
    out.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<std::size_t>(-1) || (room < buffer.size() && before != left)) continue;
    out += kReplacement;  // a byte that means nothing here, or the first half of something at the very end
    ++in;
    --left;
  }
  return out;
}

std::string declared_encoding(std::string_view bytes) {
  auto head = bytes.substr(0, 256);
  auto start = head.find("<?xml");
  if (start == std::string_view::npos) return {};
  head = head.substr(start, head.find("?>") == std::string_view::npos ? head.size() : head.find("?>") - start);
  auto at = head.find("encoding");
  if (at == std::string_view::npos) return {};
  auto quote = head.find_first_of("\"'", at);
  if (quote == std::string_view::npos) return {};
  auto end = head.find(head[quote], quote + 1);
  return end == std::string_view::npos ? std::string{} : std::string{trim(head.substr(quote + 1, end - quote - 1))};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](auto one) { return lower_ascii(name) == one; });
}

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// "&eacute;" -> "é"; `entity` with both ends. What is no entity of HTML stays as text.
std::string decoded_entity(std::string_view entity) {
  if (entity == "&nbsp;") return "&#160;";
  auto text = html_text(entity);
  return text == entity || text.empty() ? "&amp;" + std::string{entity.substr(1)} : html_escaped(text);
}

// How much from `text`, which begins with "&", is one reference; 0 if it is none.
std::size_t reference_length(std::string_view text) {
  auto end = text.substr(0, 40).find(';');
  if (end == std::string_view::npos || end < 2) return 0;
  auto name = text.substr(1, end - 1);
  if (name.front() == '#') name.remove_prefix(1);
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_char) ? end + 1 : 0;
}

bool is_allowed_number(std::string_view reference) {
  auto digits = reference.substr(2, reference.size() - 3);
  bool hex = !digits.empty() && (digits.front() == 'x' || digits.front() == 'X');
  if (hex) digits.remove_prefix(1);
  unsigned long value = 0;
  for (char c : digits) {
    int digit = c >= '0' && c <= '9' ? c - '0' : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 99;
    if (digit >= (hex ? 16 : 10)) return false;
    value = value * (hex ? 16 : 10) + static_cast<unsigned long>(digit);
    if (value > 0x10FFFF) return false;
  }
  return !digits.empty() && (value >= 0x20 || value == 9 || value == 10 || value == 13) && !(value >= 0xD800 && value < 0xE000) && value != 0xFFFE && value != 0xFFFF;
}

}  // namespace

Result<std::string> utf8_of_feed(std::string_view bytes, std::string_view charset) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return repair_utf8(bytes.substr(3));
  if (bytes.starts_with("\xFF\xFE")) return converted(bytes.substr(2), "UTF-16LE");
  if (bytes.starts_with("\xFE\xFF")) return converted(bytes.substr(2), "UTF-16BE");
  auto encoding = declared_encoding(bytes);
  if (encoding.empty()) encoding = std::string{trim(charset)};
  // A declaration that could be read byte by byte is not in UTF-16, whatever it says.
  if (encoding.empty() || is_one_of(encoding, {"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "unicode"})) {
    if (is_valid_utf8(bytes)) return std::string{bytes};
    return converted(bytes, "WINDOWS-1252");
  }
  if (is_one_of(encoding, {"iso-8859-1", "iso8859-1", "latin1", "latin-1"})) encoding = "WINDOWS-1252";
  return converted(bytes, encoding);
}

std::string mended_xml(std::string_view xml) {
  std::string out;
  out.reserve(xml.size() + xml.size() / 16);
  for (std::size_t i = 0; i < xml.size();) {
    auto rest = xml.substr(i);
    for (auto [open, close] : {std::pair<std::string_view, std::string_view>{"<![CDATA[", "]]>"}, {"<!--", "-->"}}) {
      if (!rest.starts_with(open)) continue;
      auto end = rest.find(close);
      auto taken = end == std::string_view::npos ? rest.size() : end + close.size();
      for (char c : rest.substr(0, taken)) out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r' ? ' ' : c;
      i += taken;
      rest = {};
      break;
    }
    if (rest.empty()) continue;
    char c = rest.front();
    if (c != '&') {
      out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r' ? ' ' : c;
      ++i;
      continue;
    }
    auto length = reference_length(rest);
    auto reference = rest.substr(0, length);
    if (length == 0) out += "&amp;", length = 1;
    else if (reference[1] == '#') out += is_allowed_number(reference) ? std::string{reference} : std::string{kReplacement};
    else if (is_one_of(reference, {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})) out += lower_ascii(reference);
    else out += decoded_entity(reference);
    i += length;
  }
  return out;
}

}  // namespace rapport::feed
