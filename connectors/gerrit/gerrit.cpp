#include "connectors/gerrit/gerrit.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/gerrit/changes.h"
#include "connectors/json_api.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using gerrit::Server;

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The server's address: what stands before /q/ and /c/ in the browser.", .example = "https://review.example.org"},
    {.name = "project", .help = "The project, or several by commas; without it all that the server shows.", .example = "platform/build"},
    {.name = "query", .help = "Which changes, in the words of Gerrit's search.", .example = "branch:main -owner:zuul"},
    {.name = "user", .help = "Who asks, where the server wants to know.", .example = "ana"},
    {.name = "token", .help = "The HTTP password that Gerrit made for `user`.", .example = "$GERRIT_TOKEN", .secret = true},
    {.name = "path", .help = "Instead of a server: what `gerrit query --format=JSON` printed, a file or folder.", .example = "changes.jsonl", .path = true},
};
constexpr Stream kStreams[] = {{"changes", StreamKind::kIncremental}};

class GerritConnector : public Connector {
 public:
  GerritConnector(Server server, std::string path) : server_(std::move(server)), path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    if (!path_.empty()) return gerrit::read_saved_query(path_, cursor);
    return gerrit::read_changes(server_, cursor, http);
  }

 private:
  Server server_;
  std::string path_;
};

// "https://review.example.org/c/tools/+/12" -> "https://review.example.org".
std::string site_of(std::string_view url) {
  auto host_end = std::min(url.size(), url.find('/', url.find("://") + 3));
  auto path = url.substr(host_end);
  for (std::string_view part : {"/c/", "/q/", "/admin/repos", "/dashboard/", "/#/"})
    if (auto at = path.find(part); at != std::string_view::npos) path = path.substr(0, at);
  path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string{url.substr(0, host_end)} + std::string{path};
}

// Names are quoted, so that none can say more than itself.
Result<std::string> query_of(const Settings& settings) {
  std::string query;
  for (const auto& name : listed(settings.text("project"))) {
    if (name.find('"') != std::string::npos) return fail(Error::Kind::kBadInput, fmt::format("`project` is {}", printable(name)), "a project's name has no quotes in it");
    query += fmt::format("{}project:\"{}\"", query.empty() ? "" : " OR ", name);
  }
  if (!query.empty()) query = "(" + query + ")";
  if (settings.has("query")) query += fmt::format("{}({})", query.empty() ? "" : " ", settings.text("query"));
  return query;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Server server;
  if (settings.has("path")) {
    if (settings.has("url")) return fail(Error::Kind::kBadInput, "both `url` and `path` are set", "make them two sources: they name people in different ways");
    return std::unique_ptr<Connector>{std::make_unique<GerritConnector>(std::move(server), settings.text("path"))};
  }
  if (!is_web_address(settings.text("url"))) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(settings.text("url"))), "it should be the server's address: https://…");
  server.site = site_of(settings.text("url"));
  server.query = TRY(query_of(settings));
  server.signs_in = settings.has("token");
  if (settings.has("user") != settings.has("token")) return fail(Error::Kind::kAuth, "of `user` and `token` one is missing", "set both, or neither");
  if (server.signs_in) server.headers.push_back(basic_authorization(settings.text("user"), settings.text("token")));
  return std::unique_ptr<Connector>{std::make_unique<GerritConnector>(std::move(server), std::string{})};
}

// Links lead to the server.
Result<std::string> make_model(const Settings& settings) {
  auto site = settings.has("url") ? site_of(settings.text("url")) : std::string{};
  return fmt::format("SET VARIABLE gerrit_site = {};\n{}", sql_quoted(site), embedded_file(embedded_connectors(), "gerrit/model.sql"));
}

// The project in "…/c/<project>/+/12" and "…/q/project:<project>"; empty if there is none.
std::string project_in(std::string_view what) {
  std::string_view rest;
  if (auto change = what.find("/c/"), number = what.find("/+/"); change != std::string_view::npos && number != std::string_view::npos && change + 3 < number)
    rest = what.substr(change + 3, number - change - 3);
  else if (auto name = what.find("/q/project:"); name != std::string_view::npos) rest = what.substr(name + 11, what.find_first_of("+ &?#", name) - name - 11);
  auto project = percent_decoded(rest);
  return project.find_first_of("\",\n") == std::string::npos ? project : std::string{};
}

// Gerrit's addresses have a shape of their own; its servers are mostly called after what they are.
Recognised recognise(std::string_view what) {
  if (!is_web_address(what)) {
    if (!gerrit::looks_like_query(std::filesystem::path{what})) return {};
    return {91, "changes that `gerrit query` printed", saved_name(std::filesystem::path{what}), {{"path", std::string{what}}}};
  }
  auto site = site_of(what);
  auto host = host_of_address(what);
  auto path = what.substr(std::min(what.size(), what.find('/', what.find("://") + 3)));
  bool change = path.find("/c/") != std::string_view::npos && path.find("/+/") != std::string_view::npos;
  bool named = host.ends_with("-review.googlesource.com") || host.starts_with("gerrit.") || host.find(".gerrit.") != std::string::npos || host.starts_with("gerrit-");
  bool search = path.find("/q/") != std::string_view::npos;
  bool bare = site == what.substr(0, site.size()) && trim(what.substr(site.size())).find_first_not_of('/') == std::string_view::npos;
  int confidence = change ? 88 : named && (search || bare) ? 88 : host.starts_with("review.") && (search || bare) ? 75 : 0;
  if (confidence == 0 || what.ends_with(".git")) return {};
  Recognised found{confidence, "changes and reviews of a Gerrit server", host, {{"url", site}}};
  if (auto project = project_in(what); !project.empty()) {
    found.understood = fmt::format("changes and reviews of {} on a Gerrit server", printable(project));
    found.settings.emplace_back("project", project);
  }
  return found;
}

}  // namespace

const ConnectorEntry kGerritConnector{
    .info = {.name = "gerrit",
             .summary = "changes, reviews and comments of a Gerrit server, or of a saved query",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "gerrit/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
