// Bytes of a feed, whatever their encoding, as well-formed UTF-8 that an XML parser takes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rapport::feed {

// The encoding is that of the byte order mark, else of the XML declaration, else `charset` (of the Content-Type; may be
// empty), else UTF-8. ISO-8859-1 means windows-1252, as on the web. What claims to be UTF-8 and is not is read as windows-1252.
// Bytes that mean nothing become U+FFFD. Errors: kBadInput for an encoding that nobody knows.
Result<std::string> utf8_of_feed(std::string_view bytes, std::string_view charset);

// Makes `xml` (UTF-8) bearable for a strict parser, outside of CDATA and comments: HTML's entities that XML does not know
// become characters, a bare "&" becomes "&amp;", control characters become spaces.
std::string mended_xml(std::string_view xml);

}  // namespace rapport::feed
