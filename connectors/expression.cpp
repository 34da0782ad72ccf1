#include "connectors/expression.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace rapport {
namespace {

bool starts_name(unsigned char c) { return std::isalpha(c) || c == '_' || c >= 0x80; }
bool continues_name(unsigned char c) { return std::isalnum(c) || c == '_' || c == '$' || c >= 0x80; }

// What stands between two `quote`s from `at` (just after the first), doubled ones undone; npos when it stays open.
std::size_t read_quoted(std::string_view sql, std::size_t at, char quote, std::string& out) {
  for (; at < sql.size(); ++at) {
    if (sql[at] == quote) {
      if (at + 1 == sql.size() || sql[at + 1] != quote) return at + 1;
      ++at;
    }
    out += sql[at];
  }
  return std::string_view::npos;
}

// Words that may stand beside a name in an expression; two other names in a row are a column that wants quotes.
bool joins_names(std::string_view word) {
  constexpr std::string_view kJoining[] = {
      "all", "and", "any", "array", "as", "asc", "at", "between", "by", "case", "collate", "current", "date", "desc", "distinct", "else", "end", "escape",
      "exists", "false", "filter", "first", "following", "for", "from", "glob", "group", "having", "ilike", "in", "interval", "is", "isnull", "lambda",
      "last", "like", "not", "notnull", "null", "nulls", "on", "or", "order", "over", "partition", "preceding", "range", "rows", "select", "similar", "then",
      "time", "timestamp", "to", "true", "unbounded", "using", "when", "where", "with", "zone"};
  return std::binary_search(std::begin(kJoining), std::end(kJoining), word);
}

tl::unexpected<Error> wrong(std::string what) {
  return fail(Error::Kind::kBadInput, std::move(what), "write one SQL expression over the columns, for example lower(email)");
}

}  // namespace

Result<std::vector<MentionedName>> names_in_expression(std::string_view sql) {
  std::vector<MentionedName> names;
  std::string open;           // brackets not yet closed
  std::string before;         // the token before, in lower case
  bool in_lambda_head = false;
  for (std::size_t at = 0; at < sql.size();) {
    char c = sql[at];
    if (std::isspace(static_cast<unsigned char>(c))) {
      ++at;
    } else if (c == '\'') {
      std::string text;
      at = read_quoted(sql, at + 1, '\'', text);
      if (at == std::string_view::npos) return wrong("a ' is not closed");
      before = "'";
    } else if (c == '"' || starts_name(static_cast<unsigned char>(c))) {
      std::string name;
      bool quoted = c == '"';
      if (quoted) {
        at = read_quoted(sql, at + 1, '"', name);
        if (at == std::string_view::npos) return wrong("a \" is not closed");
      } else {
        while (at < sql.size() && continues_name(static_cast<unsigned char>(sql[at]))) name += sql[at++];
      }
      auto next = sql.find_first_not_of(" \t\r\n", at);
      char following = next == std::string_view::npos ? '\0' : sql[next];
      auto word = lower_ascii(name);
      if (!quoted && word == "lambda") in_lambda_head = true;
      if (!quoted && !before.empty() && starts_name(static_cast<unsigned char>(before.front())) && !joins_names(before) && !joins_names(word) && before != "interval")
        return fail(Error::Kind::kBadInput, fmt::format("two names in a row, `{} {}`", before, word),
                    "if it is one column, put its name in double quotes inside the single ones of TOML: '\"Full Name\"'");
      bool is_function = !quoted && following == '(';
      // E'…' and X'…' are strings with a prefix.
      bool is_prefix = !quoted && following == '\'' && next == at;
      if (!is_function && !is_prefix && before != "." && before != "::")
        names.push_back({name, quoted, !in_lambda_head && before != "as" && before != "interval"});
      before = quoted ? "\"" : word;
    } else if (std::isdigit(static_cast<unsigned char>(c))) {
      while (at < sql.size() && (continues_name(static_cast<unsigned char>(sql[at])) || sql[at] == '.')) ++at;
      before = "0";
    } else {
      auto two = sql.substr(at, 2);
      if (c == ';') return wrong("there is a ; in it");
      if (two == "--" || two == "/*") return wrong("there is a comment in it");
      if (c == '$') return wrong("there is a $ in it");  // parameters and dollar quotes
      if (c == '(' || c == '[' || c == '{') open += c;
      if (c == ')' || c == ']' || c == '}') {
        char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
        if (open.empty() || open.back() != wanted) return wrong(fmt::format("a {} closes nothing", c));
        open.pop_back();
      }
      if (c == ':' && two != "::") in_lambda_head = false;
      before = two == "::" ? "::" : std::string(1, c);
      at += two == "::" ? 2 : 1;
    }
  }
  if (!open.empty()) return wrong(fmt::format("a {} is not closed", open.back()));
  return names;
}

}  // namespace rapport
