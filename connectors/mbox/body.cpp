#include "connectors/mbox/body.h"

#include <algorithm>
#include <vector>

#include "base/html_text.h"
#include "base/text.h"
#include "connectors/mbox/encoding.h"

namespace rapport::mbox {
namespace {

constexpr int kDeepest = 16;

// The value of a parameter of a header: parameter("text/plain; charset=\"utf-8\"", "charset") gives "utf-8".
std::string parameter(std::string_view header, std::string_view name) {
  auto lower = lower_ascii(header);
  for (std::size_t at = lower.find(';'); at != std::string::npos; at = lower.find(';', at + 1)) {
    auto rest = trim(std::string_view{lower}.substr(at + 1));
    if (!rest.starts_with(name)) continue;
    auto after = trim(rest.substr(name.size()));
    if (!after.starts_with('=')) continue;
    auto start = static_cast<std::size_t>(after.data() + 1 - lower.data());
    auto value = trim(header.substr(start));
    if (value.starts_with('"')) return std::string{value.substr(1, value.find('"', 1) - 1)};
    return std::string{trim(value.substr(0, value.find_first_of("; \t")))};
  }
  return {};
}

std::string decoded(const Headers& headers, std::string_view bytes) {
  auto encoding = lower_ascii(trim(headers["content-transfer-encoding"]));
  if (encoding == "base64") return from_base64(bytes);
  if (encoding == "quoted-printable") return from_quoted_printable(bytes);
  return std::string{bytes};
}

struct Found {
  std::string plain, html;
  bool has_plain = false, has_html = false;
  int attachments = 0;
};

void read_part(const Headers& headers, std::string_view bytes, int depth, Found& found) {
  auto type_header = headers["content-type"];
  auto type = lower_ascii(trim(type_header.substr(0, type_header.find(';'))));
  auto boundary = type.starts_with("multipart/") ? parameter(type_header, "boundary") : std::string{};
  if (!boundary.empty() && depth < kDeepest) {
    auto mark = "--" + boundary;
    bool open = false;
    std::size_t start = 0, line = 0;
    while (line <= bytes.size()) {
      auto end = std::min(bytes.find('\n', line), bytes.size());
      auto text = bytes.substr(line, end - line);
      bool closing = false;
      if (text.starts_with(mark)) {
        auto after = trim(text.substr(mark.size()));
        closing = after == "--";
        if (after.empty() || closing) {
          if (open) {
            auto part = bytes.substr(start, line > start ? line - start - 1 : 0);
            auto part_headers = Headers::take(part);
            read_part(part_headers, part, depth + 1, found);
          }
          open = !closing;
          start = end + 1;
        }
      }
      if (closing) return;
      line = end + 1;
    }
    if (open && start < bytes.size()) {
      auto part = bytes.substr(start);
      auto part_headers = Headers::take(part);
      read_part(part_headers, part, depth + 1, found);
    }
    return;
  }
  if (starts_with_ignoring_case(headers["content-disposition"], "attachment")) {
    ++found.attachments;
  } else if (type.empty() || type == "text/plain" || type == "text") {
    if (found.has_plain) ++found.attachments;
    else found.plain = to_utf8(decoded(headers, bytes), parameter(type_header, "charset"));
    found.has_plain = true;
  } else if (type == "text/html") {
    if (!found.has_html) found.html = to_utf8(decoded(headers, bytes), parameter(type_header, "charset"));
    found.has_html = true;
  } else if (type == "message/rfc822" && depth < kDeepest && !found.has_plain) {
    auto inner = bytes;
    auto inner_headers = Headers::take(inner);
    read_part(inner_headers, inner, depth + 1, found);
  } else {
    ++found.attachments;
  }
}

bool is_quoted(std::string_view line) {
  auto text = line.substr(std::min(line.find_first_not_of(" \t\r\v\f"), line.size()));
  return text.starts_with('>') || text.starts_with("|> ") || text.starts_with("| ");
}

// "On 3 Jan 2001, Ana wrote:", "Am … schrieb Ana:", "Ana Example writes:". The end of it; it may fill two lines.
bool announces_quote(std::string_view line) {
  line = trim(line);
  if (!line.ends_with(':')) return false;
  auto text = lower_ascii(line);
  for (std::string_view verb : {" wrote", " writes", " schrieb", " a écrit", "écrit ", " escribió", " said", " scrisse", " ha scritto", "escreveu"})
    if (text.find(verb) != std::string::npos) return true;
  return text == "wrote:";
}

// From here on the answered mail is copied in full.
bool opens_copy(std::string_view line) {
  auto text = trim(line);
  if (text.size() < 10) return false;
  if (text.starts_with("-----")) {
    auto lower = lower_ascii(text);
    for (std::string_view words : {"original message", "original appointment", "ursprüngliche nachricht", "message d'origine"})
      if (lower.find(words) != std::string::npos) return true;
  }
  return text.size() >= 30 && text.find_first_not_of('_') == std::string_view::npos;
}

bool is_list_footer(const std::vector<std::string_view>& lines, std::size_t at) {
  for (std::size_t i = at + 1; i < std::min(lines.size(), at + 6); ++i) {
    auto lower = lower_ascii(lines[i]);
    if (lower.find("mailing list") != std::string::npos || lower.find("unsubscribe") != std::string::npos || lower.find("listinfo") != std::string::npos) return true;
    if (lower.starts_with("from:")) return true;  // the line a well-known mail program draws above its copy
  }
  return false;
}

}  // namespace

Body read_body(const Headers& headers, std::string_view bytes) {
  Found found;
  read_part(headers, bytes, 0, found);
  Body body;
  body.attachments = found.attachments;
  body.text = !trim(found.plain).empty() || !found.has_html ? std::move(found.plain) : html_text(found.html);
  return body;
}

OwnWords own_words(std::string_view text) {
  OwnWords own;
  auto lines = split(text, '\n');
  for (auto& line : lines)
    if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string_view> kept;
  kept.reserve(lines.size());
  own.text.reserve(text.size() + 1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = lines[i];
    if (line.starts_with("--") && (line.size() == 2 || line == "-- ")) break;
    if (opens_copy(line) && (line.find('_') == std::string_view::npos || is_list_footer(lines, i))) {
      own.quoted_lines += static_cast<int>(std::count_if(lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, lines.end(), [](auto one) { return !trim(one).empty(); }));
      break;
    }
    if (is_quoted(line)) {
      ++own.quoted_lines;
      continue;
    }
    if (announces_quote(line)) {
      auto next = i + 1;
      while (next < lines.size() && trim(lines[next]).empty()) ++next;
      if (next < lines.size() && is_quoted(lines[next])) {
        // Its first half, where it was folded: "On Wed, 3 Jan 2001 at 10:00, Ana" / "<ana@x.example> wrote:"
        if (!kept.empty() && !trim(line).starts_with("On ") && (kept.back().starts_with("On ") || kept.back().starts_with("Am ") || kept.back().starts_with("Le "))) kept.pop_back();
        continue;
      }
    }
    kept.push_back(line);
  }
  bool blank = true;  // one empty line where quotes went
  for (auto line : kept) {
    bool empty = trim(line).empty();
    if (empty && blank) continue;
    own.text.append(line).push_back('\n');
    blank = empty;
  }
  auto inner = trim(own.text);
  own.text.erase(static_cast<std::size_t>(inner.data() - own.text.data()) + inner.size());
  own.text.erase(0, own.text.size() - inner.size());
  return own;
}

std::string bare_subject(std::string_view subject, bool& is_reply) {
  is_reply = false;
  auto lower = lower_ascii(subject);
  std::string_view text = trim(lower);
  for (bool again = true; again;) {
    again = false;
    for (std::string_view mark : {"re:", "aw:", "sv:", "antw:", "rif:", "res:", "re :", "fwd:", "fw:", "wg:"})
      if (text.starts_with(mark)) {
        text = trim(text.substr(mark.size()));
        is_reply = is_reply || !(mark.starts_with("f") || mark.starts_with("w"));
        again = true;
      }
    if (text.starts_with("re[") && text.find("]:") < 7) {
      text = trim(text.substr(text.find("]:") + 2));
      again = is_reply = true;
    }
    if (text.starts_with('[')) {  // the list's own mark
      auto close = text.find(']');
      if (close != std::string_view::npos && close + 1 < text.size() && close < 40) {
        text = trim(text.substr(close + 1));
        again = true;
      }
    }
  }
  std::string out;
  for (char c : text)
    if (!(c == ' ' || c == '\t') || (!out.empty() && out.back() != ' ')) out += c == '\t' ? ' ' : c;
  return out;
}

}  // namespace rapport::mbox
