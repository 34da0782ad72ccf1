// The words of a mail: out of its parts, then without what others wrote.
#pragma once

#include <string>
#include <string_view>

#include "connectors/mbox/headers.h"

namespace rapport::mbox {

struct Body {
  std::string text;      // the first text/plain part, else text/html as plain text; UTF-8
  int attachments = 0;   // other leaves
};

// `bytes` is what follows the headers. Parts may nest up to 16 deep; a missing end of a part is the end of the mail.
Body read_body(const Headers& headers, std::string_view bytes);

struct OwnWords {
  std::string text;
  int quoted_lines = 0;  // of others, left out
};

// Without quoted lines and the line that announces them, a full copy of the answered mail at the end, the signature
// behind "-- " and the footer that a list adds.
OwnWords own_words(std::string_view text);

// "Re: [list] AW: Topic (was: Other)" -> "topic (was: other)"; `is_reply` where a "Re:" of any language went.
std::string bare_subject(std::string_view subject, bool& is_reply);

}  // namespace rapport::mbox
