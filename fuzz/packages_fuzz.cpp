// Any bytes as the configuration files of package managers, and as the XML that they and Maven repositories hold.
// sources: connectors/packages/client_files.cpp connectors/xml.cpp src/base/toml.cpp
#include "connectors/packages/client_files.h"
#include "connectors/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace rapport::packages;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  auto entries = parse_ini(text);
  for (const auto& entry : entries) {
    if (entry.key.size() + entry.value.size() > size) __builtin_trap();
    auto address = address_of(with_environment(entry.value));
    if (address.url.ends_with('/')) __builtin_trap();
  }
  toml_text(text, {"source", "crates-io", "replace-with"});
  yaml_list(text, ":sources");
  auto address = address_of(text);
  auto scheme = address.url.find("://");
  auto host = address.url.substr(0, address.url.find_first_of("/?#", scheme == std::string::npos ? 0 : scheme + 3));
  if (host.find('@') != std::string::npos) __builtin_trap();  // a password would stand in errors
  auto tree = rapport::xml::parse_xml(text);
  tree.root.all_text();
  return 0;
}
