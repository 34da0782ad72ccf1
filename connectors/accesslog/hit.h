// One line of an access log -> one hit. Common and combined format, W3C extended, Caddy's and Cloudflare's JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace rapport::accesslog {

// Its texts are views of the line, or of the parser's own memory: they live until the parser reads again.
struct Hit {
  Time at;
  std::string_view address;  // of the visitor; lives only until it is counted
  std::string_view host;     // of the site, in lower case, where the log tells
  std::string_view method;   // "-" where there was no request
  std::string_view path;     // without query
  std::string_view query;    // without "?"
  std::string_view referrer, agent;
  int status = 0;
};

// What the lines before it said about a line of a W3C log.
class LineParser {
 public:
  // Returns why `line` is no hit; empty if it is one, or, with `hit.status` 0, if it is none and need not be (directives, what
  // a server says of itself). REQUIRES: `line` lives as long as `hit` is looked at.
  std::string read(std::string_view line, Hit& hit);

  // "#Fields" and "#Date" as they hold now; goes into cursors.
  const std::string& directives() const { return directives_; }
  void set_directives(const std::string& text);

 private:
  static constexpr std::size_t kTexts = 3;  // request, referrer, agent
  std::string read_combined(std::string_view line, Hit& hit);
  std::string read_w3c(std::string_view line, Hit& hit);
  std::string read_json(std::string_view line, Hit& hit);
  void read_directive(std::string_view line);

  std::string directives_, date_;
  std::vector<std::string> fields_;  // in lower case; empty = no W3C log
  int offset_minutes_ = 0;
  JsonDocument document_;
  // What views of a hit point to when it does not stand in the line as it is meant.
  std::string host_, unescaped_[kTexts];
  std::vector<std::string> values_;
};

}  // namespace rapport::accesslog
