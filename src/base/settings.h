// Settings declared once: name, help, example, default, secret. The declaration feeds `--help`, the docs, the
// checks and the settings form; the parsed values are a Settings.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rapport {

struct Setting {
  std::string_view name;
  std::string_view help;      // one sentence
  std::string_view example;
  std::string_view fallback = {};  // used when nothing is given; empty = none
  bool required = false;
  bool secret = false;  // never stored or shown; the value in rapport.toml names an environment variable
  bool path = false;  // a file or folder: a relative one is meant from the folder of rapport.toml
};

// Whether the variable of a secret must be set: to read from a source, yes; to write it down, no.
enum class Secrets { kMustBeSet, kMayBeUnset };

// A secret as it stands in a file: "$NAME" is the value of that environment variable; all else is refused, so that no
// secret is ever committed. `name` is what it is for, in errors. Errors: kBadInput, kAuth.
Result<std::string> secret_of(std::string_view name, const std::string& value);

class Settings {
 public:
  // Checks `given` against the declarations: unknown names (with a suggestion) and missing required ones are
  // errors; fallbacks are filled in. A secret is looked up in the environment: its value is "$NAME". With kMayBeUnset,
  // one that is not set stands for itself.
  static Result<Settings> parse(std::span<const Setting> declared, const std::map<std::string, std::string>& given, Secrets secrets = Secrets::kMustBeSet);

  const std::string& text(std::string_view name) const;  // REQUIRES: declared. Empty if not given.
  bool has(std::string_view name) const { return !text(name).empty(); }
  bool truth(std::string_view name) const;  // "true", "yes", "1"
  Result<std::int64_t> integer(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace rapport
