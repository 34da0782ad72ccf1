#include <fmt/format.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "connectors/connector.h"

namespace rapport {
namespace {

struct Options {
  std::string connector, format = "table";
  bool connectors = false;
};

Table connector_table() {
  Table table{{{"connector"}, {"collects"}}, {}};
  for (const auto& entry : connectors()) table.rows.push_back({std::string{entry.info.name}, std::string{entry.info.summary}});
  return table;
}

Result<Table> setting_table(std::string_view name) {
  const auto* entry = TRY(find_connector(name));
  Table table{{{"setting"}, {"help"}, {"example"}, {"default"}, {"required", ValueType::kBool}, {"secret", ValueType::kBool}}, {}};
  for (const auto& setting : entry->info.settings)
    table.rows.push_back({std::string{setting.name}, std::string{setting.help}, std::string{setting.example}, std::string{setting.fallback},
                          setting.required, setting.secret});
  return table;
}

Table source_table(const Workspace& workspace) {
  Table table{{{"source"}, {"connector"}, {"settings"}}, {}};
  for (const auto& source : workspace.sources) {
    std::string settings;
    for (const auto& [key, value] : source.settings) settings += fmt::format("{}{}={}", settings.empty() ? "" : " ", key, value);
    table.rows.push_back({source.name, source.connector, settings});
  }
  return table;
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  if (!options.connector.empty()) {
    print(format_table(TRY(setting_table(options.connector)), options.format));
  } else if (options.connectors) {
    print(format_table(connector_table(), options.format));
  } else {
    print(format_table(source_table(TRY(workspace_of(globals))), options.format));
  }
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.flag("--connectors", options->connectors, "list the kinds of source there are instead")
      .option("--connector", options->connector, "explain one kind's settings instead", "NAME")
      .format(options->format);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kSourcesCommand{"sources", "list the sources of this workspace, or the kinds there are",
                                     "  rapport sources\n"
                                     "  rapport sources --connectors\n"
                                     "  rapport sources --connector discourse\n",
                                     declare};

}  // namespace rapport
