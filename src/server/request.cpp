#include "server/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport {
namespace {

bool is_clean(std::string_view text) { return is_valid_utf8(text) && text.find('\0') == std::string_view::npos; }

// As browsers write a query: "+" is a space.
std::string form_decoded(std::string_view text) { return percent_decoded(replace_all(text, "+", " ")); }

int status_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::kBadInput: return 400;
    case Error::Kind::kAuth: return 403;
    case Error::Kind::kNotFound: return 404;
    case Error::Kind::kRateLimited: return 429;
    case Error::Kind::kUpstream:
    case Error::Kind::kTimeout:
    case Error::Kind::kBusy:
    case Error::Kind::kCorrupt:
    case Error::Kind::kCancelled: return 503;
    case Error::Kind::kBug: return 500;
  }
  return 500;
}

}  // namespace

std::optional<std::string> Request::parameter(std::string_view key) const {
  for (const auto& [name, value] : parameters)
    if (name == key) return value;
  return {};
}

std::vector<std::string> Request::parameters_called(std::string_view key) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : parameters)
    if (name == key) values.push_back(value);
  return values;
}

Result<Request> parse_target(std::string_view target) {
  Request request;
  request.target = target;
  auto mark = target.find('?');
  request.path = percent_decoded(target.substr(0, mark));
  if (!request.path.starts_with('/') || !is_clean(request.path))
    return fail(Error::Kind::kBadInput, "the address is not a path in UTF-8", "begin it with a slash");
  if (mark == std::string_view::npos) return request;
  for (auto pair : split(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    auto equals = pair.find('=');
    auto key = form_decoded(pair.substr(0, equals));
    auto value = equals == std::string_view::npos ? std::string{} : form_decoded(pair.substr(equals + 1));
    if (!is_clean(key) || !is_clean(value)) return fail(Error::Kind::kBadInput, "a parameter is not text in UTF-8", "write it percent-encoded");
    request.parameters.emplace_back(std::move(key), std::move(value));
  }
  return request;
}

Result<> check_parameters(const Request& request, std::span<const std::string_view> once, std::span<const std::string_view> again) {
  std::vector<std::string> known{once.begin(), once.end()};
  known.insert(known.end(), again.begin(), again.end());
  for (const auto& [key, value] : request.parameters) {
    bool single = std::find(once.begin(), once.end(), key) != once.end();
    if (single && request.parameters_called(key).size() > 1)
      return fail(Error::Kind::kBadInput, fmt::format("`{}` is given twice", key), "give it once");
    if (single || std::find(again.begin(), again.end(), key) != again.end()) continue;
    auto near = did_you_mean(key, known);
    auto fix = known.empty() ? std::string{"this address takes no parameters"} : "parameters are " + join(known, ", ");
    return fail(Error::Kind::kBadInput, fmt::format("no parameter called `{}`", elide(printable(key), 60)),
                near.empty() ? fix : fmt::format("did you mean `{}`?", near));
  }
  return {};
}

Result<std::int64_t> number_parameter(const Request& request, std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  auto text = request.parameter(key);
  if (!text) return otherwise;
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failed != std::errc{} || end != text->data() + text->size() || number < least || number > most)
    return fail(Error::Kind::kBadInput, fmt::format("`{}` is \"{}\"", key, elide(printable(*text), 60)),
                fmt::format("write a whole number from {} to {}", least, most));
  return number;
}

Answer error_answer(const Error& error) {
  JsonWriter json;
  json.begin_object().key("error").begin_object();
  json.key("kind").value(error_kind_name(error.kind)).key("what").value(error.what).key("fix").value(error.fix);
  json.key("trail").begin_array();
  for (const auto& step : error.trail) json.value(step);
  json.end_array().end_object().end_object();
  Answer answer;
  answer.status = status_of(error.kind);
  answer.body = std::move(json).text();
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

}  // namespace rapport
