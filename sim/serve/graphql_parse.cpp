#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "sim/serve/graphql.h"

namespace rapport::sim {
namespace {

constexpr int kDeepest = 40;

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, const JsonValue& variables) : text_(text), variables_(variables) {}

  Result<GraphQuery> query() {
    GraphQuery query;
    for (skip(); at_ < text_.size(); skip()) {
      if (peek() == '{') {
        query.fields = TRY(selections(0));
        continue;
      }
      auto word = name();
      if (word == "fragment") {
        auto called = name();
        if (name() != "on") return wrong("expected `on`");
        (void)name();
        query.fragments.emplace_back(called, TRY(selections(0)));
      } else if (word == "query") {
        if (peek() != '(' && peek() != '{') (void)name();
        if (take('(')) TRY(declarations());
        query.fields = TRY(selections(0));
      } else {
        return wrong(word.empty() ? "expected a query" : fmt::format("`{}` is not served, only `query`", word));
      }
    }
    if (query.fields.empty()) return wrong("there is no query");
    return query;
  }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const { return fail(Error::Kind::kBadInput, fmt::format("Parse error at character {}: {}", at_ + 1, printable(what))); }

  void skip() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '#') at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',') ++at_;
      else return;
    }
  }
  char peek() {
    skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::string name() {
    skip();
    auto start = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return std::string{text_.substr(start, at_ - start)};
  }

  // ($name: Type! = default, …): only the defaults matter, there are no types here.
  Result<> declarations() {
    while (!take(')')) {
      if (!take('$')) return wrong("expected a variable");
      auto called = name();
      if (!take(':')) return wrong("expected the type of a variable");
      while (take('[')) {
      }
      (void)name();
      while (take('!') || take(']')) {
      }
      if (take('=')) defaults_.emplace_back(called, TRY(value(0)));
    }
    return {};
  }

  Result<std::vector<GraphField>> selections(int depth) {
    if (depth > kDeepest) return wrong("too deep");
    if (!take('{')) return wrong("expected {");
    std::vector<GraphField> fields;
    while (!take('}')) {
      if (peek() == '\0') return wrong("expected }");
      fields.push_back(TRY(field(depth)));
    }
    if (fields.empty()) return wrong("nothing between { and }");
    return fields;
  }

  Result<GraphField> field(int depth) {
    GraphField field;
    if (text_.substr(at_).starts_with("...")) {
      at_ += 3;
      if (peek() != '{') field.fragment = name();
      if (field.fragment == "on") {
        field.fragment.clear();
        field.on_type = name();
      }
      if (field.fragment.empty()) field.fields = TRY(selections(depth + 1));
      return field;
    }
    field.alias = field.name = name();
    if (field.name.empty()) return wrong("expected a field");
    if (take(':')) field.name = name();
    if (take('(')) {
      while (!take(')')) {
        auto argument = name();
        if (argument.empty() || !take(':')) return wrong("expected an argument");
        field.arguments.emplace_back(argument, TRY(value(depth)));
      }
    }
    if (peek() == '{') field.fields = TRY(selections(depth + 1));
    return field;
  }

  // A value as JSON; the word of an enumeration becomes a string.
  Result<std::string> value(int depth) {
    if (depth > kDeepest) return wrong("too deep");
    if (take('$')) {
      auto called = name();
      if (auto given = variables_[called]; given.type() != JsonValue::Type::kAbsent) return given.to_json();
      for (const auto& [known, json] : defaults_)
        if (known == called) return json;
      return std::string{"null"};
    }
    if (take('[')) return list(depth);
    if (take('{')) return object(depth);
    if (peek() == '"') return string();
    if (auto c = peek(); c == '-' || (c >= '0' && c <= '9')) {
      auto start = at_++;
      while (at_ < text_.size() && (is_name_character(text_[at_]) || text_[at_] == '.' || text_[at_] == '-' || text_[at_] == '+')) ++at_;
      return std::string{text_.substr(start, at_ - start)};
    }
    auto word = name();
    if (word.empty()) return wrong("expected a value");
    return word == "true" || word == "false" || word == "null" ? word : fmt::format("\"{}\"", word);
  }

  Result<std::string> list(int depth) {
    std::string json;
    while (!take(']')) json += (json.empty() ? "" : ",") + TRY(value(depth + 1));
    return fmt::format("[{}]", json);
  }

  Result<std::string> object(int depth) {
    std::string json;
    while (!take('}')) {
      auto key = name();
      if (key.empty() || !take(':')) return wrong("expected a member");
      json += fmt::format("{}\"{}\":{}", json.empty() ? "" : ",", key, TRY(value(depth + 1)));
    }
    return fmt::format("{{{}}}", json);
  }

  // A string of GraphQL is one of JSON, but for the block form, which nobody needs here.
  Result<std::string> string() {
    auto start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return wrong("a string without an end");
    ++at_;
    return std::string{text_.substr(start, at_ - start)};
  }

  std::string_view text_;
  const JsonValue& variables_;
  std::vector<std::pair<std::string, std::string>> defaults_;
  std::size_t at_ = 0;
};

}  // namespace

Result<GraphQuery> parse_graphql(std::string_view text, const JsonValue& variables) { return Parser{text, variables}.query(); }

}  // namespace rapport::sim
