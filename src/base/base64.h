// Base64 with padding (RFC 4648 §4), as HTTP's Basic authorisation wants it.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

std::string base64(std::string_view bytes);

}  // namespace rapport
