// What the headers of a mail say: who, when, in reply to what.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace rapport::mbox {

class Headers {
 public:
  // Takes the header lines off the front of `text`, up to and with the empty line. Folded lines become one.
  static Headers take(std::string_view& text);
  // The first of that name (given in lower case), as it was sent; empty if there is none.
  std::string_view operator[](std::string_view name) const;
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;  // name in lower case, value
};

// "Name: value": a line that can begin the headers of a mail.
bool is_header_line(std::string_view line);

struct Sender {
  std::string name, address;  // address in lower case; empty where an archive made it unreadable
  std::string obscured;       // what stands in place of the address then
};
// "Ana <ana@x.example>", "ana@x.example (Ana)", "ana at x.example (Ana)", "@n@ @end|ng |rom x@ex@mp|e (Ana)".
Sender read_sender(std::string_view from);

// RFC 5322 dates and what mail programs made of them: names of zones, two digits for the year, no weekday, asctime, ISO.
std::optional<Time> read_date(std::string_view text);

// The date at the end of "From somebody  Wed Jan  3 19:07:38 2001"; nullopt where the line is no separator of an mbox.
std::optional<Time> separator_date(std::string_view line);

// "<a@x> <b@y>" -> {"a@x", "b@y"}; also without brackets, and with words around it.
std::vector<std::string> read_ids(std::string_view header);

}  // namespace rapport::mbox
