#include "connectors/singer/singer.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "connectors/mapping.h"
#include "connectors/singer/tap.h"

namespace rapport {
namespace {

constexpr Setting kOwnSettings[] = {
    {.name = "command", .help = "The tap's program and its arguments; run without a shell.", .example = "/opt/taps/bin/tap-github", .required = true},
    {.name = "config", .help = "The tap's own config file; secrets stay in it.", .example = "tap-github.json", .path = true},
    {.name = "catalog", .help = "The tap's catalog, which says what is selected.", .example = "catalog.json", .path = true},
    {.name = "folder", .help = "Where the tap runs, if it minds.", .example = "taps", .path = true},
    {.name = "model", .help = "An SQL file that gives the records their meaning, instead of the mapping below.", .example = "tap-github.sql", .path = true},
    {.name = "stream", .help = "The tap's stream that the mapping below is for; all of them if nothing is given.", .example = "issues"},
    {.name = kCacheSetting, .help = "Where the state is handed to the tap.", .example = ".rapport/cache/tap", .fallback = ".rapport/cache/singer", .path = true},
};
constexpr auto kSettings = with_settings(kOwnSettings, kMappingSettings);
constexpr Stream kStreams[] = {{"records", StreamKind::kIncremental}};

class SingerConnector : public Connector {
 public:
  explicit SingerConnector(singer::Tap tap) : tap_(std::move(tap)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override { return singer::run_tap(tap_, cursor); }

 private:
  singer::Tap tap_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  singer::Tap tap;
  tap.command = TRY(singer::words_of_command(settings.text("command")));
  tap.folder = settings.text("folder");
  tap.config = settings.text("config");
  tap.catalog = settings.text("catalog");
  tap.state_folder = settings.text(kCacheSetting);
  std::error_code ignored;
  for (const char* name : {"config", "catalog", "folder"})
    if (settings.has(name) && !std::filesystem::exists(settings.text(name), ignored))
      return fail(Error::Kind::kNotFound, fmt::format("setting `{}`: there is no {}", name, printable(settings.text(name))), "check it in rapport.toml");
  return std::unique_ptr<Connector>{std::make_unique<SingerConnector>(std::move(tap))};
}

std::string by_hand(const std::map<std::string, std::string>&) { return "it runs the program that `command` names"; }

Result<std::string> make_model(const Settings& settings) {
  if (settings.has("model")) return read_file(settings.text("model")).in("setting `model`");
  std::string filter = "stream = 'records'";
  if (settings.has("stream")) filter += fmt::format(" AND (json->>'stream') = {}", sql_quoted(settings.text("stream")));
  auto model = mapping_model(settings, {.row = "(json->'record')", .filter = filter});
  if (!model) model.error().fix += "; or write an SQL file and name it: model = \"tap.sql\"";
  return model;
}

// "tap-github", "/opt/taps/bin/tap-github --flag"
Recognised recognise(std::string_view what) {
  auto program = what.substr(0, what.find(' '));
  auto name = program.substr(program.rfind('/') + 1);
  if (!name.starts_with("tap-") || name.find('.') != std::string_view::npos) return {};
  return {80, "a Singer tap; give it a config, and say what its records mean by kind and time or by a model", std::string{name.substr(4)}, {{"command", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kSingerConnector{
    .info = {.name = "singer",
             .summary = "whatever a Singer tap reads (hundreds of services have one), mapped to activities by settings or SQL",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = {}},
    .make_model = make_model,
    .open = open,
    .by_hand = by_hand,
    .recognise = recognise};

}  // namespace rapport
