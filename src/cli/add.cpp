#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "connectors/connector.h"

namespace rapport {
namespace {

struct Options {
  std::string what, name, connector;
  std::vector<std::string> settings;
};

// The connector that is surest about `what`.
Result<std::pair<const ConnectorEntry*, Recognised>> recognise(const Options& options) {
  if (!options.connector.empty()) {
    const auto* entry = TRY(find_connector(options.connector));
    auto found = entry->recognise(options.what);
    if (found.confidence == 0) found.understood = std::string{entry->info.summary};
    return std::pair{entry, found};
  }
  std::pair<const ConnectorEntry*, Recognised> best{nullptr, {}};
  for (const auto& entry : connectors()) {
    auto found = entry.recognise(options.what);
    if (found.confidence > best.second.confidence) best = {&entry, std::move(found)};
  }
  if (best.first != nullptr) return best;
  std::vector<std::string> names;
  for (const auto& entry : connectors()) names.emplace_back(entry.info.name);
  bool is_path = options.what.find("://") == std::string::npos;
  std::error_code ignored;
  if (is_path && !std::filesystem::exists(options.what, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(options.what)), "check the spelling; or give a full address with https://");
  return fail(Error::Kind::kBadInput, fmt::format("no connector recognises {}", printable(options.what)),
              fmt::format("say which it is with --as (one of: {})", join(names, ", ")));
}

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

std::string free_name(const Workspace& workspace, std::string wanted) {
  auto taken = [&](const std::string& name) {
    return std::any_of(workspace.sources.begin(), workspace.sources.end(), [&](const auto& s) { return s.name == name; });
  };
  if (wanted.empty()) wanted = "source";
  auto name = wanted;
  for (int i = 2; taken(name); ++i) name = fmt::format("{}-{}", wanted, i);
  return name;
}

// Writes one source down and says so.
Result<> add(Workspace& workspace, const ConnectorEntry& entry, const Recognised& found, const std::map<std::string, std::string>& given, const std::string& name,
             const Globals& globals) {
  SourceConfig source;
  source.connector = entry.info.name;
  for (const auto& [key, value] : found.settings) source.settings[key] = value;
  for (const auto& [key, value] : given) source.settings[key] = value;
  settle_paths(workspace, entry.info, source.settings);
  source.name = name.empty() ? free_name(workspace, found.name) : name;
  // A secret may still be missing from the environment; all else must be right before it is written down.
  auto checked = workspace.settings_of(source, entry.info.settings);
  if (!checked && checked.error().kind != Error::Kind::kAuth) return fail(checked.error());
  TRY(append_source(workspace, source));
  if (globals.quiet) return {};
  print(fmt::format("Added source {}: {}\n", printable(source.name), printable(found.understood)));
  for (const auto& [key, value] : source.settings) print(fmt::format("  {} = {}\n", key, printable(value)));
  if (!checked) print(fmt::format("Before the first sync: {}\n", checked.error().fix));
  return {};
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto [entry, found] = TRY(recognise(options));
  std::map<std::string, std::string> given;
  for (const auto& pair : options.settings) {
    auto equals = pair.find('=');
    if (equals == std::string::npos) return fail(Error::Kind::kBadInput, fmt::format("--set takes key=value, got \"{}\"", pair), "for example --set api_key='$FORUM_KEY'");
    given[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  TRY(add(workspace, *entry, found, given, options.name, globals));
  if (options.connector.empty()) {
    for (const auto& also : found.also) {
      const auto* other = TRY(find_connector(also.connector));
      TRY(add(workspace, *other, other->recognise(also.what), {}, options.name.empty() ? std::string{} : free_name(workspace, fmt::format("{}-{}", options.name, also.connector)), globals));
    }
  }
  if (!globals.quiet) print("Next: rapport sync\n");
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("WHAT", options->what, "a git URL or folder, a repository's or forum's address, a file or export", Need::kRequired)
      .option("--name", options->name, "what to call it [from WHAT]", "NAME")
      .option("--as", options->connector, "the connector, when WHAT alone does not tell", "CONNECTOR")
      .list("--set", options->settings, "a setting of the connector; may be given again", "KEY=VALUE");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kAddCommand{"add", "add a source; recognises what it is given",
                                 "  rapport add ../our-sdk\n"
                                 "  rapport add https://forum.example.org --name forum\n"
                                 "  rapport add signups.csv --set kind=signup --set time=created_at\n",
                                 declare};

}  // namespace rapport
