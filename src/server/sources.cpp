// /api/v1/connectors and /api/v1/sources: what a source can be, and what is configured. source_form.cpp adds to the second.
#include <algorithm>

#include "base/text.h"
#include "connectors/connector.h"
#include "server/routes.h"
#include "server/source_json.h"

namespace rapport {
namespace {

void write_setting(JsonWriter& json, const Setting& setting) {
  json.begin_object().key("name").value(setting.name).key("help").value(setting.help).key("example").value(setting.example);
  json.key("fallback").value(setting.fallback).key("required").value(setting.required).key("secret").value(setting.secret);
  json.key("path").value(setting.path).end_object();
}

// What a secret says in rapport.toml, if it says what it should; it is refused before anything is collected if not, and not shown.
bool may_be_shown(const ConnectorEntry* connector, const std::string& name, const std::string& value) {
  if (connector == nullptr) return value.starts_with('$');
  auto settings = connector->info.settings;
  auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.name == name; });
  return found == settings.end() ? value.starts_with('$') : !found->secret || value.starts_with('$');
}

}  // namespace

void write_source(JsonWriter& json, const SourceConfig& source) {
  auto connector = find_connector(source.connector);
  json.begin_object().key("name").value(source.name).key("connector").value(source.connector).key("settings").begin_object();
  for (const auto& [name, value] : source.settings) json.key(name).value(may_be_shown(connector ? *connector : nullptr, name, value) ? value : std::string{"(a secret, not shown)"});
  json.end_object().end_object();
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string{text};
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

Result<Answer> answer_connectors(const Request&, Engine&, const Site&) {
  JsonWriter json;
  json.begin_array();
  for (const auto& entry : connectors()) {
    const auto& info = entry.info;
    json.begin_object().key("name").value(info.name).key("summary").value(info.summary).key("streams").begin_array();
    for (const auto& stream : info.streams) json.value(stream.name);
    json.end_array().key("settings").begin_array();
    for (const auto& setting : info.settings)
      if (setting.name != kCacheSetting) write_setting(json, setting);
    json.end_array().key("why_by_hand").value(entry.by_hand == nullptr ? std::string{} : entry.by_hand({})).end_object();
  }
  json.end_array();
  return Answer{.body = std::move(json).text()};
}

Result<Answer> answer_sources(const Request&, Engine&, const Site& site) {
  auto workspace = TRY(open_workspace(site.home));
  JsonWriter json;
  json.begin_array();
  for (const auto& source : workspace.sources) write_source(json, source);
  json.end_array();
  return Answer{.body = std::move(json).text()};
}

}  // namespace rapport
