#include "base/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/text.h"

namespace rapport {
namespace {

// As shells have it.
bool is_variable_name(std::string_view text) {
  auto may_stand = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) && std::all_of(text.begin(), text.end(), may_stand);
}

}  // namespace

Result<std::string> secret_of(std::string_view name, const std::string& value) {
  if (value.empty() || value.front() != '$')
    return fail(Error::Kind::kBadInput, fmt::format("`{}` is a secret and may not stand in rapport.toml", name),
                fmt::format("put it in an environment variable and write {} = \"$NAME_OF_THE_VARIABLE\"", name));
  if (!is_variable_name(std::string_view{value}.substr(1)))
    return fail(Error::Kind::kBadInput, fmt::format("`{}` names no environment variable", name),
                fmt::format("write {} = \"$NAME_OF_THE_VARIABLE\": letters, digits and _", name));
  const char* secret = std::getenv(value.c_str() + 1);
  if (secret == nullptr || *secret == '\0')
    return fail(Error::Kind::kAuth, fmt::format("environment variable {} (for `{}`) is not set", value.substr(1), name),
                fmt::format("export {}=… before running, or remove `{}` from rapport.toml", value.substr(1), name));
  return std::string{secret};
}

Result<Settings> Settings::parse(std::span<const Setting> declared, const std::map<std::string, std::string>& given, Secrets secrets) {
  Settings settings;
  for (const auto& entry : given) {
    const auto& name = entry.first;
    if (std::any_of(declared.begin(), declared.end(), [&](const Setting& s) { return s.name == name; })) continue;
    std::vector<std::string> names;
    for (const auto& setting : declared) names.emplace_back(setting.name);
    auto near = did_you_mean(name, names);
    return fail(Error::Kind::kBadInput, fmt::format("unknown setting `{}`", name),
                near.empty() ? fmt::format("settings here: {}", join(names, ", "))
                             : fmt::format("did you mean `{}`?", near));
  }
  for (const auto& setting : declared) {
    auto found = given.find(std::string{setting.name});
    std::string value = found == given.end() ? std::string{setting.fallback} : found->second;
    if (setting.secret && !value.empty()) {
      auto secret = secret_of(setting.name, value);
      if (secret) value = std::move(*secret);
      else if (secrets == Secrets::kMustBeSet || secret.error().kind != Error::Kind::kAuth) return fail(secret.error());
    }
    if (setting.required && value.empty())
      return fail(Error::Kind::kBadInput, fmt::format("setting `{}` is missing", setting.name),
                  fmt::format("{} For example: {} = \"{}\"", setting.help, setting.name, setting.example));
    settings.values_.emplace(setting.name, std::move(value));
  }
  return settings;
}

const std::string& Settings::text(std::string_view name) const {
  static const std::string kNone;
  auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

bool Settings::truth(std::string_view name) const {
  auto value = lower_ascii(text(name));
  return value == "true" || value == "yes" || value == "1" || value == "on";
}

Result<std::int64_t> Settings::integer(std::string_view name) const {
  const auto& value = text(name);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size())
    return fail(Error::Kind::kBadInput, fmt::format("`{}` should be a whole number, got \"{}\"", name, value));
  return number;
}

}  // namespace rapport
