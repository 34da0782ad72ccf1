#include "connectors/packages/client_files.h"

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "base/toml.h"
#include "connectors/json_api.h"
#include "connectors/saved_files.h"

namespace rapport::packages {
namespace {

constexpr std::size_t kLargest = 4u << 20;

std::string_view unquoted(std::string_view value) {
  if (value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) return value.substr(1, value.size() - 2);
  return value;
}

std::string_view authority(std::string_view url) {
  auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto rest = url.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

}  // namespace

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::filesystem::path home() { return environment("HOME"); }

std::filesystem::path config_home() {
  auto given = environment("XDG_CONFIG_HOME");
  return given.empty() ? home() / ".config" : std::filesystem::path{given};
}

std::string client_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  auto text = read_file(path, kLargest);
  return text ? repair_utf8(*text) : std::string{};
}

std::string with_environment(std::string_view text) {
  std::string out;
  while (true) {
    auto open = text.find("${");
    auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, open)).append(environment(std::string{text.substr(open + 2, close - open - 2)}));
    text.remove_prefix(close + 1);
  }
}

std::vector<IniEntry> parse_ini(std::string_view text) {
  std::vector<IniEntry> entries;
  std::string section;
  for (auto line : split(text, '\n')) {
    line = trim(line);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = lower_ascii(trim(line.substr(1, line.size() - 2)));
      continue;
    }
    auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    entries.push_back({section, std::string{trim(line.substr(0, equals))}, std::string{unquoted(trim(line.substr(equals + 1)))}});
  }
  return entries;
}

std::string ini_value(const std::vector<IniEntry>& entries, std::string_view section, std::string_view key) {
  std::string value;
  for (const auto& entry : entries)
    if (entry.section == section && entry.key == key) value = entry.value;
  return value;
}

std::string toml_text(std::string_view text, std::initializer_list<std::string_view> keys) {
  // What is asked for is ASCII; toml++ 3.3 has undefined behaviour on some letters outside of it where blanks may stand.
  std::string ascii{text};
  for (char& c : ascii)
    if (static_cast<unsigned char>(c) > 0x7f) c = '?';
  auto parsed = parse_toml(ascii, "client configuration");
  if (!parsed) return {};
  const toml::node* node = &*parsed;
  for (auto key : keys) {
    const auto* table = node->as_table();
    node = table == nullptr ? nullptr : table->get(key);
    if (node == nullptr) return {};
  }
  return node->value<std::string>().value_or("");
}

std::vector<std::string> yaml_list(std::string_view yaml, std::string_view name) {
  std::vector<std::string> items;
  bool inside = false;
  for (auto line : split(yaml, '\n')) {
    auto text = trim(line);
    if (text.starts_with("- ") && inside) items.emplace_back(unquoted(trim(text.substr(2))));
    else if (!text.empty() && text.front() != '#') inside = text.size() > name.size() && text.starts_with(name) && text.substr(name.size()) == ":";
  }
  return items;
}

Address address_of(std::string_view url) {
  url = trim(url);
  if (!is_web_address(url)) return {};
  Address address;
  auto host = authority(url);
  auto at = host.rfind('@');
  auto scheme = url.substr(0, url.find("://") + 3);
  address.url = std::string{scheme} + std::string{url.substr(scheme.size() + (at == std::string_view::npos ? 0 : at + 1))};
  while (address.url.ends_with('/')) address.url.pop_back();
  if (at != std::string_view::npos) {
    auto user = host.substr(0, at);
    auto colon = user.find(':');
    add_basic(address, percent_decoded(user.substr(0, colon)), colon == std::string_view::npos ? "" : percent_decoded(user.substr(colon + 1)));
  }
  return address;
}

void add_basic(Address& address, std::string_view user, std::string_view password) {
  address.headers.push_back(basic_authorization(user, password));
}

bool has_credentials(const Address& address) { return !address.headers.empty(); }

bool same_host(std::string_view a, std::string_view b) { return !authority(a).empty() && lower_ascii(authority(a)) == lower_ascii(authority(b)); }

}  // namespace rapport::packages
