#include "connectors/packages/packages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/embedded.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using packages::Address;
using packages::Ask;
using packages::Found;
using packages::Registry;

constexpr Setting kSettings[] = {
    {.name = "registry", .help = "Which kind of registry: brew, cargo, docker, gem, maven, npm, nuget or pypi.", .example = "npm", .required = true},
    {.name = "packages", .help = "The packages, by their names there, with commas between them.", .example = "@kelvane/sdk, kelvane", .required = true},
    {.name = "url", .help = "The address of the registry; without it, the one that its client on this machine is configured to use.",
     .example = "https://packages.example.org/npm"},
    {.name = "downloads_url", .help = "The address of the statistics of downloads, where they are not the registry's own (npm, pypi); without it only releases are read there.",
     .example = "https://statistics.example.org"},
    {.name = "token", .help = "A token for the registry, or user:password; without it, what its client keeps for that address.", .example = "$PACKAGES_TOKEN", .secret = true},
};
constexpr Stream kStreams[] = {{"releases", StreamKind::kIncremental}, {"downloads", StreamKind::kIncremental}};

struct Subject {
  std::string package;
  Address address;
};

struct Plan {
  const Registry* registry = nullptr;
  std::vector<Subject> subjects;
  std::string counts;
};

// Packages one after the other. `memory` is what each left for its next pass.
struct Cursor {
  std::int64_t at = 0;
  std::string token;
  std::map<std::string, std::string> memory;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("at").value(at).key("token").value(token).key("memory").begin_object();
    for (const auto& [package, text] : memory) json.key(package).value(text);
    json.end_object().end_object();
    return std::move(json).text();
  }
  static Cursor parse(const std::string& text) {
    Cursor cursor;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return cursor;
    cursor.at = std::max<std::int64_t>(0, (*root)["at"].integer().value_or(0));
    cursor.token = (*root)["token"].text();
    for (const auto& [package, memory] : (*root)["memory"].members()) cursor.memory[std::string{package}] = memory.text();
    return cursor;
  }
};

std::string others_are_gone(const std::string& package, const std::vector<RawRecord>& records) {
  auto where = fmt::format("(json->>'package') = {}", sql_quoted(package));
  std::string ids;
  for (const auto& record : records) ids += (ids.empty() ? "" : ", ") + sql_quoted(record.id);
  return ids.empty() ? where : fmt::format("{} AND record_id NOT IN ({})", where, ids);
}

Result<Page> read_page(const Plan& plan, bool downloads, Http& http, const std::string& text) {
  auto cursor = Cursor::parse(text);
  const auto total = static_cast<std::int64_t>(plan.subjects.size());
  if (cursor.at >= total) cursor = {0, {}, std::move(cursor.memory)};  // packages were taken off the list
  const auto& subject = plan.subjects[static_cast<std::size_t>(cursor.at)];
  auto remembered = cursor.memory[subject.package];
  Ask ask{*plan.registry, subject.address, plan.counts, subject.package, cursor.token, remembered, std::chrono::floor<std::chrono::days>(now()), http};
  auto answer = (downloads ? plan.registry->downloads : plan.registry->releases)(ask);
  Found found;
  if (answer) {
    found = std::move(*answer);
  } else if (answer.error().kind == Error::Kind::kNotFound && total > 1) {
    // One package that is not there must not stop the others.
    found.page.rejected.push_back({subject.package, answer.error().what, {}});
    found.memory = remembered;
  } else {
    return Result<Page>{fail(std::move(answer.error()))}.in("package " + subject.package);
  }
  if (found.lists_all && found.token.empty() && cursor.token.empty() && !downloads) found.page.gone_where = others_are_gone(subject.package, found.page.records);
  cursor.token = std::move(found.token);
  if (cursor.token.empty()) {
    cursor.memory[subject.package] = std::move(found.memory);
    ++cursor.at;
  }
  found.page.done = cursor.at;
  found.page.total = total;
  found.page.caught_up = cursor.at >= total;
  if (found.page.caught_up) cursor.at = 0;
  found.page.next = cursor.to_text();
  return std::move(found.page);
}

class PackagesConnector : public Connector {
 public:
  explicit PackagesConnector(Plan plan) : plan_(std::move(plan)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    bool downloads = stream == "downloads";
    if (downloads && (plan_.registry->downloads == nullptr || (plan_.registry->counts_elsewhere && plan_.counts.empty()))) return read_nothing();
    return paged(cursor, [plan = plan_, downloads, &http](const std::string& at) { return read_page(plan, downloads, http, at); });
  }

 private:
  Plan plan_;
};

std::string registry_names() {
  std::vector<std::string> names;
  for (const auto* one : packages::registries()) names.emplace_back(one->name);
  return join(names, ", ");
}

// Why this is no name of a package of that registry; empty if it is one. Names become parts of addresses.
std::string name_problem(const Registry& registry, std::string_view name) {
  for (auto segment : split(name, '/'))
    if (segment.empty() || segment == "." || segment == "..") return "it has an empty part";
  if (name.size() > 300) return "it is too long";
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; })) return "it has a blank in it";
  return registry.name_problem(name);
}

Result<> check_address(std::string_view setting, const std::string& url, bool sparse_too) {
  std::string_view bare = url;
  if (sparse_too && bare.starts_with("sparse+")) bare.remove_prefix(7);
  if (url.empty()) return {};
  if (!is_web_address(bare)) return fail(Error::Kind::kBadInput, fmt::format("`{}` is no web address", setting), "it begins with https:// or http://");
  if (bare.substr(0, bare.find_first_of("/?#", bare.find("://") + 3)).find('@') != std::string_view::npos)
    return fail(Error::Kind::kBadInput, fmt::format("`{}` holds a password", setting), "take it out of the address; set token = \"$NAME\" and put user:password into that variable");
  return {};
}

void use_token(Address& address, const Registry& registry, const std::string& token) {
  if (token.empty()) return;
  address.headers.clear();
  if (auto colon = token.find(':'); colon != std::string::npos) packages::add_basic(address, token.substr(0, colon), token.substr(colon + 1));
  else address.headers.emplace_back("Authorization", fmt::format("{}{}", registry.token_scheme, token));
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Plan plan;
  plan.registry = packages::find_registry(settings.text("registry"));
  if (plan.registry == nullptr)
    return fail(Error::Kind::kBadInput, fmt::format("`registry` is \"{}\"", printable(settings.text("registry"))), "it may be one of " + registry_names());
  TRY(check_address("url", settings.text("url"), true));
  TRY(check_address("downloads_url", settings.text("downloads_url"), false));
  plan.counts = packages::address_of(settings.text("downloads_url")).url;
  for (auto part : split(settings.text("packages"), ',')) {
    std::string name{trim(part)};
    if (name.empty() || std::any_of(plan.subjects.begin(), plan.subjects.end(), [&](const auto& s) { return s.package == name; })) continue;
    if (auto problem = name_problem(*plan.registry, name); !problem.empty())
      return fail(Error::Kind::kBadInput, fmt::format("\"{}\" is no name of a package of {}: {}", elide(printable(name), 60), plan.registry->title, problem),
                  fmt::format("names look like {}; with commas between them", plan.registry->example));
    auto address = plan.registry->address(name, settings.text("url"));
    if (address.url.empty())
      return fail(Error::Kind::kBadInput, fmt::format("no registry address: {} has none configured", plan.registry->title),
                  fmt::format("set `url` of this source; {}", plan.registry->find_address));
    use_token(address, *plan.registry, settings.text("token"));
    plan.subjects.push_back({std::move(name), std::move(address)});
  }
  if (plan.subjects.empty()) return fail(Error::Kind::kBadInput, "`packages` names none", fmt::format("for example packages = \"{}\"", plan.registry->example));
  return std::unique_ptr<Connector>{std::make_unique<PackagesConnector>(std::move(plan))};
}

// A name that may stand for a source: "@kelvane/sdk" -> "kelvane-sdk-npm".
std::string source_name(const Registry& registry, std::string_view package) {
  std::string name;
  for (char c : package) {
    bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
    if (plain) name += c;
    else if (!name.empty() && !name.ends_with('-')) name += '-';
  }
  return fmt::format("{}-{}", name, registry.name);
}

// "npm:@kelvane/sdk", or the file in which a package names itself.
Recognised recognise(std::string_view what) {
  auto recognised = [](const Registry& registry, std::string_view package) {
    return Recognised{90, fmt::format("a package of {}", registry.title), source_name(registry, package),
                      {{"registry", std::string{registry.name}}, {"packages", std::string{package}}}};
  };
  for (const auto* registry : packages::registries()) {
    if (what.starts_with(registry->name) && what.substr(registry->name.size()).starts_with(':')) {
      auto package = trim(what.substr(registry->name.size() + 1));
      if (!package.empty() && name_problem(*registry, package).empty()) return recognised(*registry, package);
    }
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(what, ignored)) return {};
  for (const auto* registry : packages::registries())
    if (auto package = registry->own_name(what); !package.empty() && name_problem(*registry, package).empty()) return recognised(*registry, package);
  return {};
}

}  // namespace

const ConnectorEntry kPackagesConnector{
    .info = {.name = "packages",
             .summary = "releases and downloads of packages: npm, PyPI, cargo, Maven, RubyGems, NuGet, Docker, Homebrew",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "packages/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
