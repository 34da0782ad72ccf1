// Declares what a command takes. A thin cover over CLI11, which stays inside arguments.cpp so that a command costs
// a moment to compile. Spellings are CLI11's: "--name,-n".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace rapport {

enum class Need { kOptional, kRequired };

class Arguments {
 public:
  explicit Arguments(CLI::App& app) : app_(app) {}

  // The variables must live until the command has run. What they hold now is the default, shown in --help.
  Arguments& option(std::string_view spelling, std::string& value, std::string_view help, std::string_view placeholder = "TEXT");
  Arguments& option(std::string_view spelling, int& value, std::string_view help, std::string_view placeholder = "N");
  Arguments& list(std::string_view spelling, std::vector<std::string>& values, std::string_view help, std::string_view placeholder = "TEXT");
  Arguments& choice(std::string_view spelling, std::string& value, std::vector<std::string> allowed, std::string_view help);
  Arguments& flag(std::string_view spelling, bool& value, std::string_view help);
  Arguments& positional(std::string_view name, std::string& value, std::string_view help, Need need = Need::kOptional);
  Arguments& positionals(std::string_view name, std::vector<std::string>& values, std::string_view help);
  // --format table|json|csv, and its shorthand --json.
  Arguments& format(std::string& value, std::vector<std::string> allowed = {"table", "json", "csv"});

 private:
  CLI::App& app_;
};

}  // namespace rapport
