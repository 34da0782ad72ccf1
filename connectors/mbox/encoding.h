// The layers that mail puts around text: transfer encodings, charsets, encoded words. All take any bytes.
#pragma once

#include <string>
#include <string_view>

namespace rapport::mbox {

std::string from_base64(std::string_view text);            // what is no base64 in it is skipped
std::string from_quoted_printable(std::string_view text);  // malformed escapes stay as they are

// Bytes of `charset` as UTF-8. Bytes that are UTF-8 already stay as they are where the charset is unknown, missing or
// plainly wrong (us-ascii with high bytes); else they are read as windows-1252.
std::string to_utf8(std::string_view bytes, std::string_view charset);

// RFC 2047: "=?iso-8859-1?Q?J=F6rg?=" gives "Jörg"; blanks between two encoded words go. Raw bytes are turned to UTF-8.
std::string decode_words(std::string_view header);

}  // namespace rapport::mbox
