// Writing JSON: values in the order they are given, commas and escapes taken care of.
//   JsonWriter json; json.begin_object(); json.key("a").value(1); json.end_object(); json.text()
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rapport {

// Appends `text` as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD; "<" is escaped so that the
// result may stand inside an HTML script element.
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view{text}); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(std::size_t number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);  // NaN and infinities become null
  JsonWriter& value(bool truth);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // REQUIRES: `json` is one JSON value

  const std::string& text() const& { return out_; }
  std::string text() && { return std::move(out_); }

 private:
  void separate();
  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace rapport
