#include "workspace/workspace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/toml.h"

namespace rapport {
namespace {

constexpr const char* kTemplate = R"(# What Rapport collects and how it tells people apart. Safe to commit: secrets never stand here; a secret setting
# names an environment variable instead, for example  api_key = "$FORUM_KEY"

[project]
name = {0}   # what reports call it

[people]
# Your own team: their answers count as the team's, and they are left out of community figures.
team = []           # "ana@example.org", "github:ana", or a name as it is written there
team_domains = []   # "example.org": everybody with an address there
# Corrections to what Rapport concludes from names and behaviour.
bots = []           # accounts that are bots
humans = []         # accounts that look like bots and are people

[privacy]
# The database holds names, addresses and texts of people. It stays on this machine; do not commit it.

[network]
patience_seconds = 30   # how long a host may be silent before we give up

[intake]
# What programs may hand over to `rapport serve` (docs/howto/send-activities.md).
# key = "$RAPPORT_KEY"            # for POST /api/v1/activities
# webhooks = {{ github = "$GITHUB_WEBHOOK_SECRET" }}   # for POST /api/v1/webhooks/github

# Sources: `rapport add WHAT` appends them here. Each has a name, a connector and that connector's settings
# (`rapport sources --connectors` explains them). Renaming a source makes it a new one.
# Any may have keep_raw_days = 400: what it told longer ago is then kept as activities only (docs/data-model.md).
)";

constexpr std::int64_t kMostDaysKept = 36'500;

std::string toml_string(std::string_view text) {
  // TOML's basic strings take JSON's escapes; "<" needs none, and DEL may not stand as it is.
  std::string json, out;
  append_json_string(json, text);
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json.compare(i, 6, "\\u003c") == 0) {
      out += '<';
      i += 5;
    } else if (json[i] == '\\') {
      out.append(json, i++, 2);
    } else if (json[i] == '\x7f') {
      out += "\\u007f";
    } else {
      out += json[i];
    }
  }
  return out;
}

std::vector<std::string> strings_of(const toml::node_view<toml::node>& node) {
  std::vector<std::string> out;
  if (auto array = node.as_array())
    for (auto& item : *array)
      if (auto text = item.value<std::string>()) out.push_back(*text);
  return out;
}

std::string scalar_text(const toml::node& node) {
  if (auto text = node.value<std::string>()) return *text;
  if (auto truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (auto number = node.as_integer()) return fmt::to_string(number->get());
  if (auto number = node.as_floating_point()) return fmt::format("{}", number->get());
  std::string out;
  if (auto array = node.as_array())  // a list is written as its parts, separated by commas
    for (auto& item : *array) out += (out.empty() ? "" : ",") + scalar_text(item);
  return out;
}

Result<Workspace> load(const fs::path& folder) {
  Workspace workspace;
  workspace.home = fs::absolute(folder).lexically_normal();
  auto file = workspace.config_file();
  auto text = TRY(read_file(file));
  auto parsed = parse_toml(text, file.string());
  if (!parsed) {
    parsed.error().fix = "correct that line; `rapport init` in an empty folder shows a complete example";
    return fail(std::move(parsed.error()));
  }
  toml::table& table = *parsed;
  workspace.project = table["project"]["name"].value_or(workspace.home.filename().string());
  workspace.people.team = strings_of(table["people"]["team"]);
  workspace.people.team_domains = strings_of(table["people"]["team_domains"]);
  workspace.people.bots = strings_of(table["people"]["bots"]);
  workspace.people.humans = strings_of(table["people"]["humans"]);
  workspace.network.patience_seconds = table["network"]["patience_seconds"].value_or(workspace.network.patience_seconds);
  if (workspace.network.patience_seconds < 1 || workspace.network.patience_seconds > 3600)
    return fail(Error::Kind::kBadInput, fmt::format("{}: patience_seconds is {}", file.string(), workspace.network.patience_seconds), "it may be 1 to 3600");
  workspace.intake.key = table["intake"]["key"].value_or(std::string{});
  if (auto webhooks = table["intake"]["webhooks"].as_table())
    for (auto&& [name, secret] : *webhooks) workspace.intake.webhooks.emplace(std::string{name.str()}, scalar_text(secret));
  if (auto sources = table["source"].as_array()) {
    for (auto& node : *sources) {
      auto* block = node.as_table();
      if (block == nullptr) continue;
      SourceConfig source;
      for (auto&& [key, value] : *block) {
        std::string name{key.str()};
        if (name == "name") source.name = scalar_text(value);
        else if (name == "connector") source.connector = scalar_text(value);
        else if (name == "keep_raw_days") source.keep_raw_days = value.value_or(std::int64_t{-1});
        else source.settings[name] = scalar_text(value);
      }
      if (source.name.empty() || source.connector.empty())
        return fail(Error::Kind::kBadInput,
                    fmt::format("{}:{}: a [[source]] needs `name` and `connector`", file.string(), block->source().begin.line));
      if (source.keep_raw_days < 0 || source.keep_raw_days > kMostDaysKept)
        return fail(Error::Kind::kBadInput, fmt::format("{}:{}: keep_raw_days of source `{}` is no number of days", file.string(), block->source().begin.line, source.name),
                    fmt::format("it may be 1 to {}; without it raw records are kept for ever", kMostDaysKept));
      workspace.sources.push_back(std::move(source));
    }
  }
  for (const auto& source : workspace.sources)
    if (std::count_if(workspace.sources.begin(), workspace.sources.end(), [&](auto& s) { return s.name == source.name; }) > 1)
      return fail(Error::Kind::kBadInput, fmt::format("{}: two sources are called `{}`", file.string(), source.name),
                  "give each [[source]] its own name");
  return workspace;
}

}  // namespace

bool Workspace::has_source(std::string_view name) const {
  return std::any_of(sources.begin(), sources.end(), [&](const auto& source) { return source.name == name; });
}

Result<Settings> Workspace::settings_of(const SourceConfig& source, std::span<const Setting> declared, Secrets secrets) const {
  auto given = source.settings;
  for (const auto& setting : declared) {
    if (setting.name == "cache" && !given.contains("cache")) given["cache"] = (home / ".rapport" / "cache" / source.name).string();
    auto found = given.find(std::string{setting.name});
    if (!setting.path || found == given.end() || found->second.empty()) continue;
    auto& value = found->second;
    bool is_address = value.find("://") != std::string::npos || value.starts_with("git@");
    if (!is_address && !fs::path{value}.is_absolute()) value = (home / value).lexically_normal().string();
  }
  return Settings::parse(declared, given, secrets).in("settings of source " + source.name);
}

Result<IntakeRules> IntakeRules::secrets() const {
  IntakeRules resolved;
  if (!key.empty()) resolved.key = TRY(secret_of("key", key).in("[intake] in rapport.toml"));
  for (const auto& [name, secret] : webhooks) resolved.webhooks[name] = TRY(secret_of(name, secret).in("[intake] webhooks in rapport.toml"));
  return resolved;
}

Result<Workspace> create_workspace(const fs::path& folder, std::string_view project) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return fail(Error::Kind::kUpstream, fmt::format("cannot create {}: {}", folder.string(), failed.message()));
  auto file = folder / "rapport.toml";
  if (fs::exists(file, failed))
    return fail(Error::Kind::kBadInput, fmt::format("{} exists already", file.string()), "this is a workspace; run `rapport add WHAT` or `rapport status`");
  std::string name{project};
  if (name.empty()) name = fs::absolute(folder).lexically_normal().filename().string();
  if (name.empty()) name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
  TRY(write_file(file, fmt::format(kTemplate, toml_string(name))));
  return load(folder);
}

Result<Workspace> open_workspace(const std::optional<fs::path>& home) {
  std::error_code ignored;
  if (home) {
    if (fs::exists(*home / "rapport.toml", ignored)) return load(*home);
    return fail(Error::Kind::kNotFound, fmt::format("no rapport.toml in {}", home->string()),
                fmt::format("run `rapport init {}`", home->string()));
  }
  for (fs::path folder = fs::current_path(ignored); !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / "rapport.toml", ignored)) return load(folder);
    if (folder == folder.root_path()) break;
  }
  return fail(Error::Kind::kNotFound, "no rapport.toml here or in any folder above",
              "run `rapport init` to start one, or name its folder with --home DIR");
}

std::string source_block(const SourceConfig& source) {
  auto text = fmt::format("[[source]]\nname = {}\nconnector = {}\n", toml_string(source.name), toml_string(source.connector));
  for (const auto& [name, value] : source.settings) text += fmt::format("{} = {}\n", name, toml_string(value));
  if (source.keep_raw_days > 0) text += fmt::format("keep_raw_days = {}\n", source.keep_raw_days);
  return text;
}

Result<> append_source(Workspace& workspace, const SourceConfig& source) {
  if (workspace.has_source(source.name))
    return fail(Error::Kind::kBadInput, fmt::format("there is a source called `{}` already", source.name), "choose another with --name");
  auto text = TRY(read_file(workspace.config_file()));
  if (!text.empty() && text.back() != '\n') text += '\n';
  text += "\n" + source_block(source);
  TRY(write_file(workspace.config_file(), text));
  workspace.sources.push_back(source);
  return {};
}

}  // namespace rapport
