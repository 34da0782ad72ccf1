#include "sources/adding.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace rapport {
namespace {

// A file named on the command line is meant from the current folder; in rapport.toml from the folder of that file.
void settle_paths(const Workspace& workspace, const ConnectorInfo& info, std::map<std::string, std::string>& settings) {
  std::error_code ignored;
  for (const auto& setting : info.settings) {
    auto found = settings.find(std::string{setting.name});
    if (!setting.path || found == settings.end() || !std::filesystem::exists(found->second, ignored)) continue;
    auto absolute = std::filesystem::weakly_canonical(found->second, ignored);
    auto home = std::filesystem::weakly_canonical(workspace.home, ignored);
    auto relative = absolute.lexically_relative(home);
    bool inside = !relative.empty() && *relative.begin() != "..";
    found->second = inside ? relative.string() : absolute.string();
  }
}

bool is_quoted_in(std::string_view text, std::string_view name) { return text.find(fmt::format("`{}`", name)) != std::string_view::npos; }

}  // namespace

Result<Understood> understand(std::string_view what, std::string_view as) {
  if (!as.empty()) {
    const auto* entry = TRY(find_connector(as));
    auto found = entry->recognise(what);
    if (found.confidence == 0) found.understood = std::string{entry->info.summary};
    return Understood{entry, std::move(found)};
  }
  Understood best;
  for (const auto& entry : connectors()) {
    auto found = entry.recognise(what);
    if (found.confidence > best.found.confidence) best = {&entry, std::move(found)};
  }
  if (best.connector != nullptr) return best;
  std::vector<std::string> names;
  for (const auto& entry : connectors()) names.emplace_back(entry.info.name);
  bool is_path = what.find("://") == std::string_view::npos;
  std::error_code ignored;
  if (is_path && !std::filesystem::exists(what, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(what)), "check the spelling; or give a full address with https://");
  return fail(Error::Kind::kBadInput, fmt::format("no connector recognises {}", printable(what)),
              fmt::format("say which it is with --as (one of: {})", join(names, ", ")));
}

std::string free_name(const Workspace& workspace, std::string wanted) {
  if (wanted.empty()) wanted = "source";
  auto name = wanted;
  for (int i = 2; workspace.has_source(name); ++i) name = fmt::format("{}-{}", wanted, i);
  return name;
}

SourceConfig source_of(const Workspace& workspace, const Understood& understood, const std::map<std::string, std::string>& given, const std::string& name) {
  SourceConfig source;
  source.connector = understood.connector->info.name;
  for (const auto& [key, value] : understood.found.settings) source.settings[key] = value;
  for (const auto& [key, value] : given) source.settings[key] = value;
  settle_paths(workspace, understood.connector->info, source.settings);
  source.name = name.empty() ? free_name(workspace, understood.found.name) : name;
  return source;
}

Result<std::vector<Error>> check_settings(const Workspace& workspace, const ConnectorEntry& connector, const SourceConfig& source) {
  TRY(workspace.settings_of(source, connector.info.settings, Secrets::kMayBeUnset));
  std::vector<Error> unset;
  for (const auto& setting : connector.info.settings) {
    auto given = source.settings.find(std::string{setting.name});
    if (!setting.secret || given == source.settings.end() || given->second.empty()) continue;
    if (auto secret = secret_of(setting.name, given->second); !secret) unset.push_back(secret.error());
  }
  return unset;
}

Result<std::vector<Error>> check_source(const Workspace& workspace, const ConnectorEntry& connector, const SourceConfig& source) {
  auto unset = TRY(check_settings(workspace, connector, source));
  auto settings = TRY(workspace.settings_of(source, connector.info.settings, Secrets::kMayBeUnset));
  if (connector.check != nullptr) TRY(connector.check(settings));
  else TRY(connector.open(settings));
  if (connector.make_model != nullptr) TRY(connector.make_model(settings));
  return unset;
}

std::string_view setting_at_fault(const Error& error, std::span<const Setting> declared) {
  for (const auto* text : {&error.what, &error.fix})
    for (const auto& setting : declared)
      if (is_quoted_in(*text, setting.name)) return setting.name;
  return {};
}

}  // namespace rapport
