#include "base/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <charconv>
#include <cstring>

#include "base/text.h"

namespace rapport {
namespace {

// simdjson's element is a document pointer and a tape index; we carry the same two words without its header.
using Element = simdjson::dom::element;
static_assert(sizeof(Element) == sizeof(JsonValue) && std::is_trivially_copyable_v<Element>);

Element element_of(const JsonValue& value) {
  Element element;
  std::memcpy(static_cast<void*>(&element), &value, sizeof element);
  return element;
}
JsonValue value_of(const Element& element) {
  JsonValue value;
  std::memcpy(static_cast<void*>(&value), &element, sizeof value);
  return value;
}

std::string why_not_json(std::string_view text, const char* reason) {
  auto head = trim(text.substr(0, 200));
  if (head.empty()) return "expected JSON, got nothing";
  if (head.front() == '<')
    return fmt::format("expected JSON, got HTML or XML: {}", elide(printable(head), 60));
  return fmt::format("broken JSON ({}): {}", reason, elide(printable(head), 60));
}

}  // namespace

struct JsonDocument::Parser {
  simdjson::dom::parser parser;
};

JsonDocument::JsonDocument() : parser_(std::make_unique<Parser>()) {}
JsonDocument::~JsonDocument() = default;
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;

Result<JsonValue> JsonDocument::parse(std::string_view text) {
  auto parsed = parser_->parser.parse(text.data(), text.size());
  if (parsed.error() != simdjson::SUCCESS)
    return fail(Error::Kind::kBadInput, why_not_json(text, simdjson::error_message(parsed.error())));
  return value_of(parsed.value_unsafe());
}

JsonValue::Type JsonValue::type() const {
  if (document_ == nullptr) return Type::kAbsent;
  switch (element_of(*this).type()) {
    case simdjson::dom::element_type::NULL_VALUE: return Type::kNull;
    case simdjson::dom::element_type::BOOL: return Type::kBool;
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE: return Type::kNumber;
    case simdjson::dom::element_type::STRING: return Type::kString;
    case simdjson::dom::element_type::ARRAY: return Type::kArray;
    case simdjson::dom::element_type::OBJECT: return Type::kObject;
  }
  return Type::kAbsent;
}

JsonValue JsonValue::operator[](std::string_view key) const {
  if (type() != Type::kObject) return {};
  auto found = element_of(*this).at_key(key);
  return found.error() == simdjson::SUCCESS ? value_of(found.value_unsafe()) : JsonValue{};
}

void JsonValue::find(const std::string_view* keys, JsonValue* out, std::size_t count) const {
  if (type() != Type::kObject) return;
  simdjson::dom::object object = element_of(*this).get_object();
  std::size_t left = count;
  for (auto field = object.begin(); field != object.end() && left > 0; ++field) {
    auto size = field.key_length();
    for (std::size_t i = 0; i < count; ++i)
      if (keys[i].size() == size && out[i].document_ == nullptr && std::memcmp(field.key_c_str(), keys[i].data(), size) == 0) {
        out[i] = value_of(field.value());
        --left;
        break;
      }
  }
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> out;
  if (type() != Type::kArray) return out;
  simdjson::dom::array array = element_of(*this).get_array();
  for (auto element : array) out.push_back(value_of(element));
  return out;
}

std::vector<std::pair<std::string_view, JsonValue>> JsonValue::members() const {
  std::vector<std::pair<std::string_view, JsonValue>> out;
  if (type() != Type::kObject) return out;
  simdjson::dom::object object = element_of(*this).get_object();
  for (auto field : object) out.emplace_back(field.key, value_of(field.value));
  return out;
}

std::string_view JsonValue::text(std::string_view otherwise) const {
  if (type() != Type::kString) return otherwise;
  return element_of(*this).get_string().value_unsafe();
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (type() == Type::kNumber) {
    auto number = element_of(*this).get_int64();
    if (number.error() == simdjson::SUCCESS) return number.value_unsafe();
    auto real = element_of(*this).get_double();
    if (real.error() == simdjson::SUCCESS && real.value_unsafe() > -9e18 && real.value_unsafe() < 9e18)
      return static_cast<std::int64_t>(real.value_unsafe());
  }
  if (type() == Type::kString) {
    auto digits = text();
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc{} && end == digits.data() + digits.size()) return value;
  }
  return std::nullopt;
}

std::optional<double> JsonValue::number() const {
  if (type() != Type::kNumber) return std::nullopt;
  auto number = element_of(*this).get_double();
  if (number.error() != simdjson::SUCCESS) return std::nullopt;
  return number.value_unsafe();
}

bool JsonValue::truth() const { return type() == Type::kBool && element_of(*this).get_bool().value_unsafe(); }

std::string JsonValue::to_json() const {
  return document_ == nullptr ? "null" : std::string{simdjson::minify(element_of(*this))};
}

}  // namespace rapport
