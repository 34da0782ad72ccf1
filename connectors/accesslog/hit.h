// One line of an access log -> one hit. Common and combined format, W3C extended, Caddy's and Cloudflare's JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace rapport::accesslog {

struct Hit {
  Time at;
  std::string address;  // of the visitor; lives only until it is counted
  std::string host;     // of the site, in lower case, where the log tells
  std::string method;   // "-" where there was no request
  std::string path;     // without query
  std::string query;    // without "?"
  std::string referrer, agent;
  int status = 0;
};

// What the lines before it said about a line of a W3C log.
class LineParser {
 public:
  // Returns why `line` is no hit; empty if it is one, or, with `hit.status` 0, if it is none and need not be (directives, what
  // a server says of itself).
  std::string read(std::string_view line, Hit& hit);

  // "#Fields" and "#Date" as they hold now; goes into cursors.
  const std::string& directives() const { return directives_; }
  void set_directives(const std::string& text);

 private:
  std::string read_combined(std::string_view line, Hit& hit);
  std::string read_w3c(std::string_view line, Hit& hit);
  std::string read_json(std::string_view line, Hit& hit);
  void read_directive(std::string_view line);

  std::string directives_, date_;
  std::vector<std::string> fields_;  // in lower case; empty = no W3C log
  int offset_minutes_ = 0;
  JsonDocument document_;
};

}  // namespace rapport::accesslog
