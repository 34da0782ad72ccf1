// Compressed answers.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// `text` as gzip (RFC 1952); empty if it cannot be compressed.
std::string gzip(std::string_view text);

// Whether an Accept-Encoding field allows gzip (RFC 9110, 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace rapport
