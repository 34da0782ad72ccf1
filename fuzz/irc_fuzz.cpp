// Any bytes as lines of an IRC log; what is read lies within the line. The first line as a path.
#include <cstdlib>

#include "base/text.h"
#include "connectors/irc/line.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  std::optional<rapport::Day> day;
  for (auto line : rapport::split(text, '\n')) {
    auto read = rapport::irc::read_line(line, day);
    for (auto part : {read.nick, read.text})
      if (!part.empty() && (part.data() < line.data() || part.data() + part.size() > line.data() + line.size())) std::abort();
    if (read.day) day = read.day;
  }
  auto path = text.substr(0, text.find('\n'));
  rapport::irc::channel_of_path(path);
  rapport::irc::day_of_name(path);
  return 0;
}
