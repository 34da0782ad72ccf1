#include "cli/arguments.h"

#include <CLI/CLI.hpp>

namespace rapport {

Arguments& Arguments::option(std::string_view spelling, std::string& value, std::string_view help, std::string_view placeholder) {
  app_.add_option(std::string{spelling}, value, std::string{help})->type_name(std::string{placeholder});
  return *this;
}

Arguments& Arguments::option(std::string_view spelling, int& value, std::string_view help, std::string_view placeholder) {
  app_.add_option(std::string{spelling}, value, std::string{help})->type_name(std::string{placeholder})->capture_default_str();
  return *this;
}

Arguments& Arguments::list(std::string_view spelling, std::vector<std::string>& values, std::string_view help, std::string_view placeholder) {
  app_.add_option(std::string{spelling}, values, std::string{help})->type_name(std::string{placeholder})->expected(1)->take_all();
  return *this;
}

Arguments& Arguments::choice(std::string_view spelling, std::string& value, std::vector<std::string> allowed, std::string_view help) {
  std::string names;
  for (const auto& name : allowed) names += (names.empty() ? "" : "|") + name;
  app_.add_option(std::string{spelling}, value, std::string{help})
      ->type_name(names)
      ->capture_default_str()
      ->check([allowed = std::move(allowed), names](const std::string& given) {
        for (const auto& name : allowed)
          if (name == given) return std::string{};
        return "\"" + given + "\" is not one of " + names;
      });
  return *this;
}

Arguments& Arguments::flag(std::string_view spelling, bool& value, std::string_view help) {
  app_.add_flag(std::string{spelling}, value, std::string{help});
  return *this;
}

Arguments& Arguments::positional(std::string_view name, std::string& value, std::string_view help, Need need) {
  auto* option = app_.add_option(std::string{name}, value, std::string{help})->type_name("");
  if (need == Need::kRequired) option->required();
  return *this;
}

Arguments& Arguments::positionals(std::string_view name, std::vector<std::string>& values, std::string_view help) {
  app_.add_option(std::string{name}, values, std::string{help})->type_name("");
  return *this;
}

Arguments& Arguments::format(std::string& value, std::vector<std::string> allowed) {
  choice("--format", value, std::move(allowed), "how to print the result");
  app_.add_flag_function("--json", [&value](std::int64_t) { value = "json"; }, "short for --format json");
  return *this;
}

}  // namespace rapport
