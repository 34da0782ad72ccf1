#include "base/gzip.h"

#include <zlib.h>

#include "base/text.h"

namespace rapport {
namespace {

constexpr int kLevel = 5;           // above that, text gets hardly smaller and much slower
constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip head
constexpr int kMemoryLevel = 8;

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return ended == Z_STREAM_END ? out : std::string{};
}

bool accepts_gzip(std::string_view accept_encoding) {
  for (auto part : split(accept_encoding, ',')) {
    auto pieces = split(part, ';');
    auto coding = lower_ascii(trim(pieces[0]));
    if (coding != "gzip" && coding != "*") continue;
    auto weight = pieces.size() < 2 ? std::string{} : lower_ascii(trim(pieces[1]));
    if (!weight.starts_with("q=0") || weight.find_first_of("123456789") != std::string::npos) return true;
  }
  return false;
}

}  // namespace rapport
