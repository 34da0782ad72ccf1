// Reading the configuration that package managers keep on this machine. All of it may be written by anybody: what cannot be
// read counts as not there, nothing is run, and values (tokens among them) go into requests only, never into an error.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/packages/registry.h"

namespace rapport::packages {

std::string environment(const std::string& name);  // empty if not set
std::filesystem::path home();                      // empty if there is none
// $XDG_CONFIG_HOME, or .config in home().
std::filesystem::path config_home();
// The text of a small file; empty if there is none, or if it has more than 4 MB.
std::string client_file(const std::filesystem::path& path);

// ${NAME} out of the environment. What is not set becomes empty.
std::string with_environment(std::string_view text);

struct IniEntry {
  std::string section, key, value;  // the section in lower case; quotes around a value are taken off
};
// `key = value` lines, [sections], comments that begin with # or ;. Lines of no such form are left out.
std::vector<IniEntry> parse_ini(std::string_view text);
// The last value of that key; empty if there is none.
std::string ini_value(const std::vector<IniEntry>& entries, std::string_view section, std::string_view key);

// The text at a path of keys in TOML: {"registries", "ours", "index"}; empty if it is not there.
std::string toml_text(std::string_view toml, std::initializer_list<std::string_view> keys);

// The items of a list `name:` in YAML of one level, as ~/.gemrc has it.
std::vector<std::string> yaml_list(std::string_view yaml, std::string_view name);

// The address without a slash at its end and without "user:password@", which becomes a header (RFC 7617). Anything but
// http:// and https:// is no address.
Address address_of(std::string_view url);
void add_basic(Address& address, std::string_view user, std::string_view password);
bool has_credentials(const Address& address);
bool same_host(std::string_view a, std::string_view b);  // host and port

}  // namespace rapport::packages
