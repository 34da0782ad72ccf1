#include "connectors/mbox/encoding.h"

#include <iconv.h>

#include <array>
#include <cerrno>

#include "base/text.h"

namespace rapport::mbox {
namespace {

constexpr std::array<signed char, 256> base64_values() {
  std::array<signed char, 256> values{};
  values.fill(-1);
  std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < letters.size(); ++i) values[static_cast<unsigned char>(letters[i])] = static_cast<signed char>(i);
  return values;
}
constexpr auto kBase64 = base64_values();

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Empty when iconv does not know the charset.
std::string through_iconv(std::string_view bytes, const std::string& charset) {
  iconv_t converter = ::iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};
  std::string out;
  char* in = const_cast<char*>(bytes.data());
  std::size_t left = bytes.size();
  std::array<char, 4096> buffer;
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    auto code = ::iconv(converter, &in, &left, &to, &room);
    out.append(buffer.data(), buffer.size() - room);
    if (code != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    if (errno == EINVAL) break;  // half a character at the end
    out += "\xEF\xBF\xBD";
    ++in;
    --left;
  }
  ::iconv_close(converter);
  return out;
}

// Names that are not what iconv calls them.
std::string known_charset(std::string_view charset) {
  auto name = lower_ascii(trim(charset));
  if (name == "x-gbk" || name == "gb2312") return "gb18030";  // what is sent under that name is the larger set
  if (name == "ks_c_5601-1987" || name == "euc-kr") return "cp949";
  if (name == "iso-8859-1" || name == "latin1" || name == "latin-1" || name == "iso8859-1") return "windows-1252";
  if (name.starts_with("cp-")) return "cp" + name.substr(3);
  return name;
}

}  // namespace

std::string from_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  unsigned value = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '=') break;
    auto six = kBase64[static_cast<unsigned char>(c)];
    if (six < 0) continue;
    value = (value << 6 | static_cast<unsigned>(six)) & 0xFFFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(value >> bits & 0xFF);
    }
  }
  return out;
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
      continue;
    }
    auto end = i + 1;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r')) ++end;
    if (end >= text.size() || text[end] == '\n') {  // a soft line break
      i = end;
      continue;
    }
    int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1, low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += '=';
      continue;
    }
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
  auto name = known_charset(charset);
  bool is_wide = name.starts_with("utf-16") || name.starts_with("utf-32") || name.starts_with("utf-7") || name.starts_with("iso-2022") || name == "hz-gb-2312";
  // Text that is valid UTF-8 beyond ASCII is that by all odds, whatever its label.
  if (!is_wide && is_valid_utf8(bytes)) return std::string{bytes};
  if (!name.empty() && name != "us-ascii" && name != "utf-8" && name != "utf8" && name.find("unknown") == std::string::npos)
    if (auto text = through_iconv(bytes, name); !text.empty()) return text;
  if (name == "utf-8" || name == "utf8") return repair_utf8(bytes);
  return through_iconv(bytes, "windows-1252");
}

std::string decode_words(std::string_view header) {
  std::string out;
  bool after_word = false;
  while (!header.empty()) {
    auto start = header.find("=?");
    auto plain = header.substr(0, start);
    auto charset_end = start == std::string_view::npos ? start : header.find('?', start + 2);
    auto encoding_end = charset_end == std::string_view::npos ? charset_end : header.find('?', charset_end + 1);
    auto end = encoding_end == std::string_view::npos ? encoding_end : header.find("?=", encoding_end + 1);
    if (end == std::string_view::npos || encoding_end != charset_end + 2) {
      auto some = encoding_end == std::string_view::npos || end == std::string_view::npos ? header.size() : start + 2;
      out += to_utf8(header.substr(0, some), {});
      header.remove_prefix(some);
      after_word = false;
      continue;
    }
    if (!(after_word && trim(plain).empty())) out += to_utf8(plain, {});
    auto charset = header.substr(start + 2, charset_end - start - 2);
    charset = charset.substr(0, charset.find('*'));  // RFC 2231 adds a language
    std::string inside{header.substr(encoding_end + 1, end - encoding_end - 1)};
    bool base64 = header[charset_end + 1] == 'B' || header[charset_end + 1] == 'b';
    if (!base64)
      for (char& c : inside)
        if (c == '_') c = ' ';
    out += to_utf8(base64 ? from_base64(inside) : from_quoted_printable(inside), charset);
    header.remove_prefix(end + 2);
    after_word = true;
  }
  return out;
}

}  // namespace rapport::mbox
