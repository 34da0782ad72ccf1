// Reading JSON. A thin, total view over simdjson (which stays inside json.cpp): asking for something that is
// not there gives an empty answer, never undefined behaviour.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rapport {

// A value inside a JsonDocument; valid as long as that document and until its next parse. Copying is cheap.
class JsonValue {
 public:
  enum class Type { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

  JsonValue() = default;
  Type type() const;
  bool is_object() const { return type() == Type::kObject; }
  bool is_array() const { return type() == Type::kArray; }
  bool is_string() const { return type() == Type::kString; }
  bool is_null() const { return type() == Type::kNull || type() == Type::kAbsent; }

  // The member called `key`; absent if this is no object or has none. O(members).
  JsonValue operator[](std::string_view key) const;
  // Several members at once, in the order of the keys: `auto [a, b] = value.pick({"a", "b"})`. One walk over the members instead
  // of one for each key.
  template <std::size_t N>
  std::array<JsonValue, N> pick(const std::string_view (&keys)[N]) const {
    std::array<JsonValue, N> out;
    find(keys, out.data(), N);
    return out;
  }
  std::vector<JsonValue> items() const;                                      // of an array; empty otherwise
  std::vector<std::pair<std::string_view, JsonValue>> members() const;       // of an object; empty otherwise

  std::string_view text(std::string_view otherwise = {}) const;  // of a string
  std::optional<std::int64_t> integer() const;  // of a whole number, or of a string that spells one
  std::optional<double> number() const;
  bool truth() const;        // true only for `true`
  std::string to_json() const;  // this value again as compact JSON; "null" when absent

 private:
  friend class JsonDocument;
  void find(const std::string_view* keys, JsonValue* out, std::size_t count) const;
  const void* document_ = nullptr;
  std::size_t index_ = 0;
};

// One parsed text. Reuse it for many texts: its buffers grow to the largest and stay.
class JsonDocument {
 public:
  JsonDocument();
  ~JsonDocument();
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;

  // Parses `text` and returns its root. Earlier values of this document become invalid.
  // Errors: kBadInput, saying what is wrong ("expected JSON, got HTML: <!DOCTYPE…").
  Result<JsonValue> parse(std::string_view text);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace rapport
