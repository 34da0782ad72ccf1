// PyPI and what speaks like it: the JSON API beside /simple, else the Simple API in JSON (PEP 691, 700); downloads of each
// day from statistics in the form of pypistats.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/records.h"

namespace rapport::packages {
namespace {

// Names are equal when they differ only in case and in runs of "-", "_", "." (PEP 503).
std::string normal_name(std::string_view name) {
  std::string out;
  for (char c : lower_ascii(name)) {
    bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) out += c;
    else if (!out.ends_with('-')) out += '-';
  }
  return out;
}

std::string name_problem(std::string_view name) {
  auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; };
  return std::all_of(name.begin(), name.end(), allowed) ? "" : "a name has letters, digits, `-`, `_` and `.`";
}

std::string own_name(const std::filesystem::path& file) {
  if (file.filename() != "pyproject.toml") return {};
  auto text = client_file(file);
  auto name = toml_text(text, {"project", "name"});
  return name.empty() ? toml_text(text, {"tool", "poetry", "name"}) : name;
}

Address address(const std::string&, const std::string& given) {
  std::string url = given.empty() ? environment("PIP_INDEX_URL") : given;
  std::vector<std::filesystem::path> files{"/etc/pip.conf", home() / ".pip/pip.conf", home() / "Library/Application Support/pip/pip.conf", config_home() / "pip/pip.conf",
                                           config_home() / "pip/pip.ini"};
  if (auto environment_folder = environment("VIRTUAL_ENV"); !environment_folder.empty()) files.push_back(std::filesystem::path{environment_folder} / "pip.conf");
  if (auto more = environment("PIP_CONFIG_FILE"); !more.empty()) files.emplace_back(more);
  for (auto file = files.rbegin(); file != files.rend() && url.empty(); ++file) url = ini_value(parse_ini(client_file(*file)), "global", "index-url");
  auto found = address_of(url);
  if (given.empty() || has_credentials(found)) return found;
  // Credentials of the same host that pip is configured with.
  for (const auto& file : files)
    if (auto known = address_of(ini_value(parse_ini(client_file(file)), "global", "index-url")); same_host(known.url, found.url)) found.headers = known.headers;
  return found;
}

// The version in the name of a file of this project: name-1.0-py3-none-any.whl, name-1.0.tar.gz.
std::string version_in(std::string_view filename, const std::string& project) {
  for (std::string_view ending : {".whl", ".tar.gz", ".zip", ".tar.bz2", ".egg", ".tgz", ".tar.xz"}) {
    if (!lower_ascii(filename).ends_with(ending)) continue;
    auto stem = filename.substr(0, filename.size() - ending.size());
    bool built = ending == ".whl" || ending == ".egg";
    for (auto dash = stem.find('-'); dash != std::string_view::npos; dash = stem.find('-', dash + 1)) {
      if (normal_name(stem.substr(0, dash)) != project) continue;
      auto rest = stem.substr(dash + 1);
      return std::string{built ? rest.substr(0, rest.find('-')) : rest};
    }
  }
  return {};
}

Result<Found> read_simple(const Ask& ask, const std::string& root) {
  auto project = normal_name(ask.package);
  auto answer = TRY(ask_registry_json(ask, fmt::format("{}/simple/{}/", root, percent_encoded(project)), "application/vnd.pypi.simple.v1+json"));
  if (!answer.root["files"].is_array())
    return unexpected_answer(ask, "list of files");
  Found found;
  found.lists_all = true;
  Releases releases;
  for (const auto& version : answer.root["versions"].items()) releases.add_version(std::string{version.text()});
  for (const auto& file : answer.root["files"].items()) {
    auto version = version_in(file["filename"].text(), project);
    auto yanked = file["yanked"];  // true, or the reason as a text
    if (version.empty()) found.page.rejected.push_back({fmt::format("{} file {}", ask.package, file["filename"].text()), "the name of the file tells no version", file.to_json()});
    else releases.add_file(version, file["upload-time"].text(), yanked.truth() || yanked.is_string(), yanked.text(), file);
  }
  releases.write(found.page, "pypi", ask.package);
  return found;
}

Result<Found> releases(const Ask& ask) {
  auto root = ask.registry.url;
  if (root.ends_with("/simple")) root.resize(root.size() - 7);
  auto answer = ask_registry_json(ask, fmt::format("{}/pypi/{}/json", root, percent_encoded(ask.package)));
  if (!answer && answer.error().kind == Error::Kind::kNotFound) {
    auto simple = read_simple(ask, root);
    if (!simple && simple.error().kind == Error::Kind::kNotFound) return fail(answer.error());
    return simple;
  }
  if (!answer) return fail(answer.error());
  if (!answer->root["releases"].is_object())
    return unexpected_answer(ask, "releases");
  Found found;
  found.lists_all = true;
  Releases releases;
  for (const auto& [version, files] : answer->root["releases"].members()) {
    releases.add_version(std::string{version});
    for (const auto& file : files.items())
      releases.add_file(std::string{version}, file["upload_time_iso_8601"].text(file["upload_time"].text()), file["yanked"].truth(), file["yanked_reason"].text(), file);
  }
  releases.write(found.page, "pypi", ask.package);
  return found;
}

// All days that there are, about 180, in one answer.
Result<Found> downloads(const Ask& ask) {
  auto answer = TRY(ask_counts(ask, fmt::format("{}/api/packages/{}/overall", ask.counts, percent_encoded(normal_name(ask.package)))));
  if (!answer.root["data"].is_array())
    return unexpected_answer(ask, "list of days");
  Found found;
  std::map<std::string, std::pair<std::int64_t, std::string>> days;  // the count without mirrors; both rows as JSON
  for (const auto& row : answer.root["data"].items()) {
    auto count = row["downloads"].integer();
    auto category = row["category"].text();
    if (!count || !parse_day(row["date"].text()) || (category != "without_mirrors" && category != "with_mirrors")) {
      found.page.rejected.push_back({fmt::format("{} {}", ask.package, row["date"].text()), "not a day and its downloads", row.to_json()});
      continue;
    }
    auto& day = days[std::string{row["date"].text()}];
    if (category == "without_mirrors") day.first = *count;
    day.second += (day.second.empty() ? "" : ",") + row.to_json();
  }
  for (const auto& [day, counted] : days) add_day(found.page, "pypi", ask.package, day, counted.first, "[" + counted.second + "]");
  return found;
}

}  // namespace

const Registry kPypi{.name = "pypi",
                     .title = "PyPI",
                     .find_address = "`pip config get global.index-url` prints the one it is set to",
                     .example = "kelvane-sdk",
                     .name_problem = name_problem,
                     .own_name = own_name,
                     .address = address,
                     .releases = releases,
                     .downloads = downloads,
                     .counts_elsewhere = true};

}  // namespace rapport::packages
