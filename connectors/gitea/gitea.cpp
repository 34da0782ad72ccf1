#include "connectors/gitea/gitea.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/chosen_streams.h"
#include "connectors/gitea/lists.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using namespace gitea;

constexpr std::string_view kCodeberg = "https://codeberg.org";
constexpr std::string_view kShortForm = "codeberg:";

constexpr Setting kSettings[] = {
    {.name = "repo", .help = "The repository, or several by commas; an owner alone means all of an organization's or a person's but its forks.",
     .example = "our-org/sdk,our-org/docs", .required = true},
    {.name = "token", .help = "An access token that may read repositories and issues.", .example = "$CODEBERG_TOKEN", .secret = true},
    {.name = "url", .help = "Where the Gitea or Forgejo is: what stands before the owners' names.", .example = "https://gitea.example.com", .fallback = kCodeberg},
    {.name = "streams", .help = "Which streams to read; without it all but reactions, which cost one more request an issue.", .example = "issues,comments,reactions"},
};

// In the order in which they are read: what a first look at a community needs comes first.
struct StreamPlan {
  std::string_view name;
  bool to_be_asked_for;
  std::unique_ptr<Reader> (*read)(Place place, const std::string& cursor);
};
constexpr std::array kPlan = std::to_array<StreamPlan>({
    {"repositories", false, read_repository},
    {"issues", false, read_issues},
    {"pulls", false, read_pulls},
    {"comments", false, read_comments},
    {"reviews", false, read_reviews},
    {"releases", false, read_releases},
    {"stargazers", false, read_stargazers},
    {"forks", false, read_forks},
    {"reactions", true, read_reactions},
});

constexpr auto kStreams = [] {
  std::array<Stream, kPlan.size()> streams{};
  for (std::size_t i = 0; i < kPlan.size(); ++i) streams[i] = {kPlan[i].name, StreamKind::kIncremental};
  return streams;
}();

class GiteaConnector : public Connector {
 public:
  GiteaConnector(std::shared_ptr<Api> api, std::shared_ptr<Repositories> repositories, StreamNames streams)
      : api_(std::move(api)), repositories_(std::move(repositories)), streams_(std::move(streams)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    auto plan = std::find_if(kPlan.begin(), kPlan.end(), [&](const auto& one) { return one.name == stream; });
    bool wanted = plan != kPlan.end() && (streams_.empty() ? !plan->to_be_asked_for : streams_.contains(plan->name));
    if (!wanted) return read_nothing();
    return read_each_repository(repositories_, http, cursor, [read = plan->read, api = api_, &http](const Repository& repository, const std::string& at) { return read(Place{api, &http, repository}, at); });
  }

 private:
  std::shared_ptr<Api> api_;
  std::shared_ptr<Repositories> repositories_;
  StreamNames streams_;
};

// "https://gitea.example.com/", also with the API's path behind it.
Result<std::string> instance_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  constexpr std::string_view kApi = "/api/v1";
  if (url.ends_with(kApi)) url.resize(url.size() - kApi.size());
  if (!is_web_address(url)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(url)), "it begins with https://");
  return url;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto api = std::make_shared<Api>(TRY(instance_of(settings.text("url"))), settings.text("token"));
  auto wanted = TRY(parse_repositories(settings.text("repo"), kShortForm));
  if (wanted.empty()) return fail(Error::Kind::kBadInput, "`repo` is not set", "set repo = \"owner/name\"");
  auto repositories = std::make_shared<Repositories>(std::move(wanted), api->server().base, "limit=50", [api](Http& http, const std::string& url) { return api->list(http, url); });
  std::vector<std::string> names;
  for (const auto& stream : kPlan) names.emplace_back(stream.name);
  return std::unique_ptr<Connector>{std::make_unique<GiteaConnector>(std::move(api), std::move(repositories), TRY(chosen_streams(settings, names)))};
}

Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE gitea_url = {};\n{}", sql_quoted(TRY(instance_of(settings.text("url")))), embedded_file(embedded_connectors(), "gitea/model.sql"));
}

// Hosts that are known, or say by their first word what they are: gitea.example.com, forgejo.example.com. The projects' own
// sites (docs.gitea.com, forum.gitea.com, forgejo.org) are none.
bool is_gitea_host(std::string_view host) {
  for (std::string_view known : {"codeberg.org", "gitea.com", "demo.gitea.com", "code.forgejo.org"})
    if (host == known) return true;
  for (std::string_view site : {"gitea.com", "gitea.io", "forgejo.org", "codeberg.org"})
    if (host == site || host.ends_with(fmt::format(".{}", site))) return false;
  auto first = host.substr(0, host.find_first_of(".:"));
  for (std::string_view word : {"gitea", "forgejo", "codeberg"})
    if (first == word || first.starts_with(fmt::format("{}-", word)) || first.ends_with(fmt::format("-{}", word))) return true;
  return false;
}

// First words of paths that are no owners' names.
constexpr std::array<std::string_view, 16> kReserved{"-", "admin", "api", "assets", "attachments", "avatars", "explore", "issues", "login", "metrics", "milestones", "notifications", "pulls", "repo", "user", "swagger"};

Recognised of_wanted(const std::string& instance, const WantedRepositories& wanted) {
  Recognised found;
  found.confidence = 95;
  auto site = instance == kCodeberg ? std::string{"Codeberg"} : host_of_address(instance);
  if (!wanted.owners.empty()) {
    found.understood = fmt::format("all repositories of {}, by the API of {}", wanted.owners.front(), site);
    found.name = "gitea-" + wanted.owners.front();
    found.settings = {{"repo", wanted.owners.front()}};
  } else {
    const auto& repository = wanted.repositories.front();
    found.understood = fmt::format("issues, changes, reviews, releases, stars and forks of {}, by the API of {}", repository.full_name(), site);
    found.name = "gitea-" + repository.name;
    found.settings = {{"repo", repository.full_name()}};
  }
  if (instance != kCodeberg) found.settings.insert(found.settings.begin(), {"url", instance});
  return found;
}

// The page of a repository (its commits are wanted too) or of an owner; "codeberg:owner/name" for the API alone. An address
// that ends in .git is git's alone, one of a feed or file its reader's.
Recognised recognise(std::string_view what) {
  if (starts_with_ignoring_case(what, kShortForm)) {
    auto wanted = parse_repositories(what, kShortForm);
    return wanted && !wanted->empty() ? of_wanted(std::string{kCodeberg}, *wanted) : Recognised{};
  }
  if (!is_web_address(what) || what.ends_with(".git")) return {};
  auto host = host_of_address(what);
  if (!is_gitea_host(host)) return {};
  auto scheme = what.substr(0, what.find("://"));
  auto address = what.substr(0, what.find_first_of("?#"));
  auto path = address.substr(std::min(address.size(), address.find('/', scheme.size() + 3)));
  for (std::string_view ending : {".rss", ".atom"})
    if (path.ends_with(ending)) return {};
  for (std::string_view inside : {"/raw/", "/archive/", "/releases/download/", "/media/"})
    if (path.find(inside) != std::string_view::npos) return {};
  auto first = path.substr(std::min<std::size_t>(1, path.size()));
  first = first.substr(0, first.find('/'));
  if (std::find(kReserved.begin(), kReserved.end(), first) != kReserved.end()) return {};
  auto wanted = parse_repositories(address, {});
  if (!wanted || wanted->empty()) return {};
  auto instance = host == "codeberg.org" ? std::string{kCodeberg} : fmt::format("{}://{}", lower_ascii(scheme), host);
  auto found = of_wanted(instance, *wanted);
  if (!wanted->repositories.empty()) found.also = {{"git", fmt::format("{}/{}.git", instance, wanted->repositories.front().full_name())}};
  return found;
}

}  // namespace

const ConnectorEntry kGiteaConnector{
    .info = {.name = "gitea",
             .summary = "issues, pull requests, reviews, stars, forks and releases of Gitea and Forgejo repositories, Codeberg's among them",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "gitea/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
