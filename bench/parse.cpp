// The least that reading JSON lines can cost here: unpacking and parsing each, nothing kept. The limit beside which
// bench_fetch is to be read.
//   ninja -C build bench_parse && build/bench_parse hours/*.json.gz
#include <fmt/format.h>

#include "base/gunzip.h"
#include "base/json.h"

namespace {

struct Counts {
  std::int64_t lines = 0, bytes = 0, broken = 0;
};

rapport::Result<> parse_lines(const char* path, Counts& counts) {
  auto file = TRY(rapport::Gunzip::open(path));
  rapport::JsonDocument document;
  auto parse = [&](std::string_view line) {
    if (line.empty()) return;
    ++counts.lines;
    if (!document.parse(line)) ++counts.broken;
  };
  std::string rest;  // of a line that goes on in the next piece
  for (auto piece = TRY(file.read_some()); !piece.empty(); piece = TRY(file.read_some())) {
    counts.bytes += static_cast<std::int64_t>(piece.size());
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      if (rest.empty()) {
        parse(piece.substr(0, end));
      } else {
        rest += piece.substr(0, end);
        parse(rest);
        rest.clear();
      }
      piece.remove_prefix(end + 1);
    }
    rest += piece;
  }
  parse(rest);
  return {};
}

}  // namespace

int main(int count, char** words) {
  Counts counts;
  for (int i = 1; i < count; ++i) {
    if (auto done = parse_lines(words[i], counts); !done) {
      fmt::print(stderr, "{}: {}\n", words[i], done.error().what);
      return 1;
    }
  }
  fmt::print("{} lines, {} broken, {} MB unpacked\n", counts.lines, counts.broken, counts.bytes >> 20);
  return 0;
}
