#include "connectors/gitlab/gitlab.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/chosen_streams.h"
#include "connectors/gitlab/deliveries.h"
#include "connectors/gitlab/lists.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using namespace gitlab;

constexpr std::string_view kPublic = "https://gitlab.com";

constexpr Setting kSettings[] = {
    {.name = "project", .help = "The project's path, or several by commas.", .example = "our-group/sdk,our-group/tools/cli"},
    {.name = "group", .help = "A group, for all projects in it and its subgroups but forks and archived ones; or a person, for theirs; several by commas.", .example = "our-group"},
    {.name = "token", .help = "An access token with the scope read_api: a personal, project or group one, or one of OAuth.", .example = "$GITLAB_TOKEN", .secret = true},
    {.name = "url", .help = "Where the GitLab is: what stands before the projects' paths.", .example = "https://gitlab.example.com", .fallback = kPublic},
    {.name = "streams", .help = "Which streams to read; without it all, members only with a token.", .example = "issues,issue_notes,starrers"},
    {.name = "notes", .help = "Notes of people (issues that nobody commented on are not asked about), all, or none.", .example = "all", .fallback = "people"},
    {.name = "reactions", .help = "Up and down votes as counts, every emoji by names (one more request an issue and merge request), or none.", .example = "names", .fallback = "counts"},
    {.name = "webhooks", .help = "Saved webhook deliveries: a file or folder of JSON objects with headers and body.", .example = "deliveries/", .path = true},
    {.name = "webhook_secret", .help = "The secret token of the webhook, if the deliveries hold it: those that do not show it are set aside.", .example = "$GITLAB_WEBHOOK_SECRET", .secret = true},
};

// In the order in which they are read: what a first look at a community needs comes first.
struct StreamPlan {
  std::string_view name;
  bool needs_token;
  std::unique_ptr<Reader> (*read)(Place place, const std::string& cursor);
};
constexpr std::array kPlan = std::to_array<StreamPlan>({
    {"projects", false, read_project},
    {"issues", false, read_issues},
    {"merge_requests", false, read_merge_requests},
    {"issue_notes", false, read_issue_notes},
    {"merge_request_notes", false, read_merge_request_notes},
    {"releases", false, read_releases},
    {"starrers", false, read_starrers},
    {"forks", false, read_forks},
    {"members", true, read_members},
});
constexpr std::string_view kDeliveriesStream = "deliveries";

constexpr auto kStreams = incremental_streams(kPlan, kDeliveriesStream);

struct Options {
  std::shared_ptr<Api> api;
  std::shared_ptr<Projects> projects;
  bool has_projects = false;
  StreamNames streams;  // empty = by default
  Notes notes = Notes::kPeoples;
  Reactions reactions = Reactions::kCounts;
  std::string webhooks, webhook_secret;

  bool wants(const StreamPlan& stream) const {
    if (!has_projects) return false;
    if (!streams.empty()) return streams.contains(stream.name);
    return !stream.needs_token || api->has_token();
  }
};

class GitlabConnector : public Connector {
 public:
  explicit GitlabConnector(Options options) : options_(std::move(options)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    if (stream == kDeliveriesStream) return read_deliveries(kDeliveries, options_.webhooks, options_.webhook_secret, cursor);
    auto plan = std::find_if(kPlan.begin(), kPlan.end(), [&](const auto& one) { return one.name == stream; });
    if (plan == kPlan.end() || !options_.wants(*plan)) return read_nothing();
    auto places = [api = options_.api, projects = options_.projects, &http] { return projects->all(*api, http); };
    return read_each_place("project", std::move(places), cursor, [read = plan->read, options = options_, &http](const ListedPlace& project, const std::string& at) {
      return read(Place{options.api, &http, project, options.notes, options.reactions}, at);
    });
  }

 private:
  Options options_;
};

// "https://gitlab.example.com/", also with the API's path behind it.
Result<std::string> instance_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  constexpr std::string_view kApi = "/api/v4";
  if (url.ends_with(kApi)) url.resize(url.size() - kApi.size());
  if (!is_web_address(url)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(url)), "it begins with https://");
  return url;
}

// One of a few words, each of which means something.
template <class Meaning>
Result<Meaning> one_of(const Settings& settings, std::string_view name, std::initializer_list<std::pair<std::string_view, Meaning>> words) {
  std::vector<std::string> names;
  for (const auto& [word, meaning] : words) {
    if (settings.text(name) == word) return meaning;
    names.emplace_back(word);
  }
  return fail(Error::Kind::kBadInput, fmt::format("`{}` is {}", name, printable(settings.text(name))), "it may be " + join(names, ", "));
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Options options;
  auto instance = TRY(instance_of(settings.text("url")));
  options.api = std::make_shared<Api>(instance, settings.text("token"));
  auto projects = TRY(parse_projects(settings.text("project")));
  auto groups = TRY(parse_groups(settings.text("group")));
  options.has_projects = !projects.empty() || !groups.empty();
  options.webhooks = settings.text("webhooks");
  options.webhook_secret = settings.text("webhook_secret");
  if (!options.has_projects && options.webhooks.empty())
    return fail(Error::Kind::kBadInput, "neither `project`, `group` nor `webhooks` is set", "set project = \"group/name\", group = \"name\", or webhooks = the folder of saved deliveries");
  options.projects = std::make_shared<Projects>(std::move(projects), std::move(groups));
  std::vector<std::string> names;
  for (const auto& stream : kPlan) names.emplace_back(stream.name);
  options.streams = TRY(chosen_streams(settings, names));
  for (const auto& plan : kPlan)
    if (plan.needs_token && !options.api->has_token() && options.streams.contains(plan.name))
      return fail(Error::Kind::kAuth, fmt::format("GitLab shows {} only to somebody it knows", plan.name), "set token = \"$NAME_OF_A_VARIABLE\", or leave it out of `streams`");
  options.notes = TRY(one_of<Notes>(settings, "notes", {{"people", Notes::kPeoples}, {"all", Notes::kAll}, {"none", Notes::kNone}}));
  options.reactions = TRY(one_of<Reactions>(settings, "reactions", {{"counts", Reactions::kCounts}, {"names", Reactions::kNames}, {"none", Reactions::kNone}}));
  return std::unique_ptr<Connector>{std::make_unique<GitlabConnector>(std::move(options))};
}

// Votes come within other things, so only the model can leave them out; system notes are complete only where all were asked
// for; what lists tell is not taken from deliveries too; and it must know where the pages are.
Result<std::string> make_model(const Settings& settings) {
  const auto& streams = settings.text("streams");
  bool has_projects = !settings.text("project").empty() || !settings.text("group").empty();
  auto reads = [&](std::string_view stream) {
    auto chosen = listed(streams);
    return has_projects && (chosen.empty() || std::find(chosen.begin(), chosen.end(), stream) != chosen.end());
  };
  bool reads_approvals = reads("merge_request_notes") && settings.text("notes") != "none";
  bool counts_votes = (reads("issues") || reads("merge_requests")) && settings.text("reactions") == "counts";
  return fmt::format("SET VARIABLE gitlab_reactions = {}; SET VARIABLE gitlab_notes = {}; SET VARIABLE gitlab_url = {}; SET VARIABLE gitlab_reads_approvals = {}; SET VARIABLE gitlab_counts_votes = {};\n{}",
                     sql_quoted(settings.text("reactions")), sql_quoted(settings.text("notes")), sql_quoted(TRY(instance_of(settings.text("url")))), reads_approvals, counts_votes,
                     embedded_file(embedded_connectors(), "gitlab/model.sql"));
}

// Whether a host is gitlab.com or says by its first word that it is a GitLab: gitlab.example.com. GitLab's own other sites
// (docs.gitlab.com, forum.gitlab.com) and people's pages at gitlab.io are none.
bool is_gitlab_host(std::string_view host) {
  if (host == "gitlab.com" || host == "www.gitlab.com") return true;
  for (std::string_view site : {"gitlab.com", "gitlab.io"})
    if (host == site || host.ends_with(fmt::format(".{}", site))) return false;
  auto first = host.substr(0, host.find_first_of(".:"));
  return first == "gitlab" || first.starts_with("gitlab-") || first.ends_with("-gitlab");
}

Recognised of_page(const std::string& instance, const WebPage& page) {
  Recognised found;
  bool is_public = instance == kPublic;
  auto site = is_public ? std::string{"GitLab"} : "the GitLab at " + host_of_address(instance);
  auto path = page.project.empty() ? page.group : page.project;
  found.confidence = 95;
  found.name = "gitlab-" + path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  found.understood = page.project.empty() ? fmt::format("all projects of {}, by the API of {}", path, site)
                                          : fmt::format("issues, changes, reviews, releases, stars and forks of {}, by the API of {}", path, site);
  if (!is_public) found.settings.emplace_back("url", instance);
  found.settings.emplace_back(page.project.empty() ? "group" : "project", path);
  return found;
}

// The page of a project (its commits are wanted too) or of a group, at gitlab.com or a host whose name says GitLab;
// "gitlab:group/name" for the API of gitlab.com alone; saved deliveries. An address that ends in .git is git's alone, one
// of a feed or file its reader's.
Recognised recognise(std::string_view what) {
  constexpr std::string_view kShort = "gitlab:";
  if (starts_with_ignoring_case(what, kShort)) {
    auto page = page_of(what.substr(kShort.size()));
    return page.project.empty() && page.group.empty() ? Recognised{} : of_page(std::string{kPublic}, page);
  }
  if (!is_web_address(what)) {
    if (what.find("://") != std::string_view::npos || !looks_like_deliveries(kDeliveries, std::filesystem::path{what})) return {};
    return {90, "webhook deliveries of GitLab", "gitlab-webhooks", {{"webhooks", std::string{what}}}, {}};
  }
  auto host = host_of_address(what);
  if (!is_gitlab_host(host) || what.ends_with(".git")) return {};
  auto scheme = what.substr(0, what.find("://"));
  auto rest = what.substr(scheme.size() + 3);
  auto slash = rest.find('/');
  auto path = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  auto plain = path.substr(0, path.find_first_of("?#"));
  for (std::string_view ending : {".atom", ".ics"})
    if (plain.ends_with(ending)) return {};
  for (std::string_view inside : {"/-/raw/", "/-/archive/", "/-/package_files/"})
    if (plain.find(inside) != std::string_view::npos) return {};
  auto page = page_of(path);
  if (page.project.empty() && page.group.empty()) return {};
  auto instance = host == "gitlab.com" || host == "www.gitlab.com" ? std::string{kPublic} : fmt::format("{}://{}", lower_ascii(scheme), host);
  auto found = of_page(instance, page);
  if (!page.project.empty()) found.also = {{"git", fmt::format("{}/{}.git", instance, page.project)}};
  return found;
}

}  // namespace

const ConnectorEntry kGitlabConnector{
    .info = {.name = "gitlab",
             .summary = "issues, merge requests, notes, approvals, stars, forks, releases and members of GitLab projects; saved webhooks",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "gitlab/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
