#include "base/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace rapport {
namespace {

struct Entity {
  std::string_view name, text;
};

// The named references that people and forum software write; everything else comes as a number. Sorted.
constexpr auto kEntities = std::to_array<Entity>({
    {"amp", "&"},      {"apos", "'"},      {"auml", "ä"},     {"bull", "•"},     {"cent", "¢"},     {"copy", "©"},     {"deg", "°"},
    {"eacute", "é"},   {"egrave", "è"},    {"euro", "€"},     {"gt", ">"},       {"hellip", "…"},   {"laquo", "«"},    {"larr", "←"},
    {"ldquo", "“"},    {"lsquo", "‘"},     {"lt", "<"},       {"mdash", "—"},    {"middot", "·"},   {"nbsp", " "},     {"ndash", "–"},
    {"ouml", "ö"},     {"para", "¶"},      {"plusmn", "±"},   {"pound", "£"},    {"quot", "\""},    {"raquo", "»"},    {"rarr", "→"},
    {"rdquo", "”"},    {"reg", "®"},       {"rsquo", "’"},    {"sect", "§"},     {"shy", ""},       {"szlig", "ß"},    {"times", "×"},
    {"trade", "™"},    {"uuml", "ü"},      {"zwj", ""},       {"zwnj", ""},
});

enum class Meaning { kInline, kLine, kParagraph, kBreak, kItem, kQuote, kAside, kPre, kCode, kImage, kSkip };
struct Tag {
  std::string_view name;
  Meaning meaning;
};
constexpr auto kTags = std::to_array<Tag>({
    {"address", Meaning::kLine},   {"article", Meaning::kLine},   {"aside", Meaning::kAside},   {"blockquote", Meaning::kQuote},
    {"br", Meaning::kBreak},       {"code", Meaning::kCode},      {"dd", Meaning::kLine},       {"details", Meaning::kParagraph},
    {"div", Meaning::kLine},       {"dl", Meaning::kParagraph},   {"dt", Meaning::kLine},       {"figure", Meaning::kParagraph},
    {"footer", Meaning::kLine},    {"h1", Meaning::kParagraph},   {"h2", Meaning::kParagraph},  {"h3", Meaning::kParagraph},
    {"h4", Meaning::kParagraph},   {"h5", Meaning::kParagraph},   {"h6", Meaning::kParagraph},  {"head", Meaning::kSkip},
    {"header", Meaning::kLine},    {"hr", Meaning::kParagraph},   {"img", Meaning::kImage},     {"li", Meaning::kItem},
    {"ol", Meaning::kParagraph},   {"p", Meaning::kParagraph},    {"pre", Meaning::kPre},       {"script", Meaning::kSkip},
    {"section", Meaning::kLine},   {"style", Meaning::kSkip},     {"summary", Meaning::kLine},  {"svg", Meaning::kSkip},
    {"table", Meaning::kParagraph}, {"template", Meaning::kSkip}, {"td", Meaning::kInline},     {"tr", Meaning::kLine},
    {"ul", Meaning::kParagraph},
});

Meaning meaning_of(std::string_view name) {
  auto found = std::lower_bound(kTags.begin(), kTags.end(), name, [](const Tag& tag, std::string_view n) { return tag.name < n; });
  return found != kTags.end() && found->name == name ? found->meaning : Meaning::kInline;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

void append_code_point(std::string& out, std::uint32_t code) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Decodes the reference at the start of `text` ("&lt;…") into `out`; how many bytes it took, 0 if it is none.
std::size_t decode_entity(std::string_view text, std::string& out) {
  auto end = text.substr(0, 12).find(';');
  if (end == std::string_view::npos || end < 2) return 0;
  auto name = text.substr(1, end - 1);
  if (name.front() == '#') {
    bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    auto digits = name.substr(hex ? 2 : 1);
    std::uint32_t code = 0;
    auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    if (digits.empty() || error != std::errc{} || stop != digits.data() + digits.size()) return 0;
    if (code == 0xA0) out += ' ';
    else append_code_point(out, code);
    return end + 1;
  }
  auto found = std::lower_bound(kEntities.begin(), kEntities.end(), name, [](const Entity& e, std::string_view n) { return e.name < n; });
  if (found == kEntities.end() || found->name != name) return 0;
  out += found->text;
  return end + 1;
}

struct TagEnd {
  std::size_t at = 0;   // of the '>'; or of what shows that this is no tag: another '<', or the end
  bool is_tag = false;
};

// Where the tag that opens at html[start] == '<' ends, heeding quoted attributes. A caller that goes on from `at` looks
// at no byte twice, however broken the markup.
TagEnd end_of_tag(std::string_view html, std::size_t start) {
  bool after_equals = false;
  for (auto i = start + 1; i < html.size(); ++i) {
    char c = html[i];
    if (c == '>') return {i, true};
    if (c == '<') return {i, false};
    if (after_equals && (c == '"' || c == '\'')) {
      auto close = html.find(c, i + 1);
      if (close == std::string_view::npos) return {html.size(), false};
      i = close;
    }
    if (!is_blank(c)) after_equals = c == '=';
  }
  return {html.size(), false};
}

std::string_view attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    auto after = at + name.size();
    if (at == 0 || !is_blank(tag[at - 1]) || after + 1 >= tag.size() || tag[after] != '=') continue;
    char quote = tag[after + 1];
    if (quote != '"' && quote != '\'') continue;
    auto end = tag.find(quote, after + 2);
    return end == std::string_view::npos ? std::string_view{} : tag.substr(after + 2, end - after - 2);
  }
  return {};
}

class Writer {
 public:
  // Text with blanks folded into one, or kept inside <pre>.
  void text(std::string_view run) {
    for (char c : run) {
      if (in_pre_ && (c == '\n')) {
        newlines_ = std::min(newlines_ + 1, 3);
      } else if (c == '\r') {
        continue;
      } else if (!in_pre_ && is_blank(c)) {
        space_ = true;
      } else {
        put(c);
      }
    }
  }
  void open(Meaning meaning, std::string_view tag) {
    switch (meaning) {
      case Meaning::kLine: line(1); break;
      case Meaning::kParagraph: line(2); break;
      case Meaning::kBreak: newlines_ = std::min(newlines_ + 1, 2); space_ = false; break;
      case Meaning::kItem: line(1); mark("- "); break;
      case Meaning::kAside: line(2); quote('a'); break;
      // A quotation is often an aside with its source and the quoted words in a blockquote: one level, not two.
      case Meaning::kQuote: line(2); quote(quotes_.ends_with('a') ? 'i' : 'q'); break;
      case Meaning::kPre: line(2); mark("```"); newlines_ = 1; in_pre_ = true; break;
      case Meaning::kCode: if (!in_pre_) put('`'); break;
      case Meaning::kImage: {
        std::string alt;
        append_decoded(alt, attribute(tag, "alt"));
        text(alt);
        break;
      }
      case Meaning::kInline: if (tag.starts_with("td") || tag.starts_with("th")) space_ = true; break;
      case Meaning::kSkip: break;
    }
  }
  void close(Meaning meaning) {
    switch (meaning) {
      case Meaning::kLine: case Meaning::kItem: line(1); break;
      case Meaning::kParagraph: line(2); break;
      case Meaning::kAside: case Meaning::kQuote: line(2); unquote(); break;
      case Meaning::kPre:
        if (!in_pre_) break;
        in_pre_ = false;
        newlines_ = 1;
        mark("```");
        line(2);
        break;
      case Meaning::kCode: if (!in_pre_) { space_ = false; put('`'); } break;
      default: break;
    }
  }
  static void append_decoded(std::string& out, std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      auto taken = text[i] == '&' ? decode_entity(text.substr(i), out) : 0;
      if (taken == 0) out += text[i++];
      i += taken;
    }
  }
  std::string finish() {
    if (in_pre_) close(Meaning::kPre);
    return std::move(out_);
  }

 private:
  void line(int count) {
    newlines_ = std::max(newlines_, count);
    space_ = false;
  }
  void mark(std::string_view text) {
    for (char c : text) put(c);
  }
  void put(char c) {
    if (out_.empty()) {
      prefix();
    } else if (newlines_ > 0) {
      out_.append(static_cast<std::size_t>(newlines_), '\n');
      prefix();
    } else if (space_ && out_.back() != ' ') {
      out_ += ' ';
    }
    newlines_ = 0;
    space_ = false;
    out_ += c;
  }
  void quote(char kind) {
    quotes_ += kind;
    if (kind != 'i') ++levels_;
  }
  void unquote() {
    if (quotes_.empty()) return;
    if (quotes_.back() != 'i') --levels_;
    quotes_.pop_back();
  }
  void prefix() {
    for (int i = 0; i < std::min(levels_, 4); ++i) out_ += "> ";
  }

  std::string out_;
  std::string quotes_;  // what is open: a(side), q(uotation), i = a quotation right inside an aside
  int levels_ = 0;      // of them, without the i
  int newlines_ = 0;
  bool space_ = false, in_pre_ = false;
};

}  // namespace

std::string html_text(std::string_view html) {
  Writer writer;
  std::string decoded;
  for (std::size_t i = 0; i < html.size();) {
    char c = html[i];
    if (c != '<') {
      auto end = std::min(html.find('<', i), html.size());
      decoded.clear();
      Writer::append_decoded(decoded, html.substr(i, end - i));
      writer.text(decoded);
      i = end;
      continue;
    }
    if (html.substr(i, 4) == "<!--") {
      auto end = html.find("-->", i + 4);
      i = end == std::string_view::npos ? html.size() : end + 3;
      continue;
    }
    bool closing = i + 1 < html.size() && html[i + 1] == '/';
    auto name_at = i + (closing ? 2 : 1);
    bool is_tag = name_at < html.size() && (is_letter(html[name_at]) || (!closing && (html[name_at] == '!' || html[name_at] == '?')));
    auto end = is_tag ? end_of_tag(html, i) : TagEnd{i + 1, false};
    if (!end.is_tag) {
      writer.text(html.substr(i, end.at - i));
      i = end.at;
      continue;
    }
    auto tag = html.substr(name_at, end.at - name_at);
    std::size_t length = 0;
    while (length < tag.size() && (is_letter(tag[length]) || is_digit(tag[length]))) ++length;
    auto name = lower_ascii(tag.substr(0, length));
    auto meaning = meaning_of(name);
    i = end.at + 1;
    if (closing) {
      writer.close(meaning);
    } else if (meaning == Meaning::kSkip && !tag.ends_with('/')) {
      auto close = html.find("</" + name, i);
      i = close == std::string_view::npos ? html.size() : std::min(html.find('>', close), html.size() - 1) + 1;
    } else {
      writer.open(meaning, tag);
    }
  }
  return writer.finish();
}

}  // namespace rapport
