#include "connectors/github/github.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/chosen_streams.h"
#include "connectors/each_place.h"
#include "connectors/github/deliveries.h"
#include "connectors/github/graph.h"
#include "connectors/github/lists.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using namespace github;

constexpr std::string_view kPublicApi = "https://api.github.com";
constexpr std::string_view kShortForm = "github:";

constexpr Setting kSettings[] = {
    {.name = "repo", .help = "The repository, or several by commas; an owner alone means all of an organization's or a person's but its forks.",
     .example = "our-org/sdk,our-org/docs"},
    {.name = "token", .help = "Access tokens, separated by commas: when the budget of one is used up the next is taken.", .example = "$GITHUB_TOKEN", .secret = true},
    {.name = "streams", .help = "Which streams to read; without it all that need no more than the token gives, but not events.", .example = "issues,comments,stargazers"},
    {.name = "reactions", .help = "Reactions as counts, by names (one more request for everything that has one), or none.", .example = "names", .fallback = "counts"},
    {.name = "url", .help = "Where the API is; an Enterprise server's ends in /api/v3.", .example = "https://github.example.com/api/v3", .fallback = kPublicApi},
    {.name = "webhooks", .help = "Saved webhook deliveries: a file or folder of JSON objects with headers and body.", .example = "deliveries/", .path = true},
    {.name = "webhook_secret", .help = "The secret of the webhook: deliveries that are not signed with it are set aside.", .example = "$GITHUB_WEBHOOK_SECRET", .secret = true},
};

// In the order in which they are read: what a first look at a community needs comes first, what may be refused last.
struct StreamPlan {
  std::string_view name;
  enum class Needs { kNothing, kToken, kToBeAskedFor } needs;
  std::unique_ptr<Reader> (*with_token)(Place place, const std::string& cursor);
  std::unique_ptr<Reader> (*without)(Place place, const std::string& cursor);
  bool shown_to_all = true;  // GitHub lists it to anybody who may see the repository
};
using enum StreamPlan::Needs;
constexpr std::array kPlan = std::to_array<StreamPlan>({
    {"repositories", kNothing, read_repository, read_repository},
    {"issues", kNothing, read_issues, read_issues},
    {"pulls", kNothing, read_pulls, read_pull_list},
    {"comments", kNothing, read_comments, read_comments},
    {"review_comments", kNothing, read_review_comments, read_review_comments},
    {"discussions", kToken, read_discussions, nullptr},
    {"releases", kNothing, read_releases, read_releases},
    {"stargazers", kNothing, read_stars, read_star_list, false},  // since July 2026 only to those who administer or write
    {"forks", kNothing, read_forks, read_forks},
    {"events", kToBeAskedFor, read_events, read_events},
    {"traffic", kToken, read_traffic, nullptr},
});
constexpr std::string_view kDeliveriesStream = "deliveries";

constexpr auto kStreams = incremental_streams(kPlan, kDeliveriesStream);

struct Options {
  std::shared_ptr<Api> api;
  std::shared_ptr<Repositories> repositories;
  bool has_repositories = false;
  StreamNames streams;  // empty = by default
  Reactions reactions = Reactions::kCounts;
  std::string webhooks, webhook_secret;

  bool wants(const StreamPlan& stream) const {
    if (!has_repositories) return false;
    if (!streams.empty()) return streams.contains(stream.name);
    return stream.needs == kNothing || (stream.needs == kToken && api->has_token());
  }
};

class GithubConnector : public Connector {
 public:
  explicit GithubConnector(Options options) : options_(std::move(options)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    if (stream == kDeliveriesStream) return read_deliveries(kDeliveries, options_.webhooks, options_.webhook_secret, cursor);
    auto plan = std::find_if(kPlan.begin(), kPlan.end(), [&](const auto& one) { return one.name == stream; });
    if (plan == kPlan.end() || !options_.wants(*plan)) return read_nothing();
    return read_each_repository(options_.repositories, http, cursor, [plan, api = options_.api, reactions = options_.reactions, &http](const Repository& repository, const std::string& at) {
      auto reader = (api->has_token() ? plan->with_token : plan->without)(Place{api, &http, repository, reactions}, at);
      return plan->shown_to_all ? std::move(reader) : while_shown(fmt::format("{} of {}", plan->name, repository.full_name()), at, std::move(reader));
    });
  }

 private:
  Options options_;
};

Result<std::string> base_of(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (!is_web_address(url)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(url)), "it begins with https://");
  if (url == "https://github.com") return std::string{kPublicApi};
  return url;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Options options;
  auto tokens = listed(settings.text("token"));
  options.api = std::make_shared<Api>(TRY(base_of(settings.text("url"))), tokens);
  auto wanted = TRY(parse_repositories(settings.text("repo"), kShortForm));
  options.has_repositories = !wanted.empty();
  options.webhooks = settings.text("webhooks");
  options.webhook_secret = settings.text("webhook_secret");
  if (!options.has_repositories && options.webhooks.empty())
    return fail(Error::Kind::kBadInput, "neither `repo` nor `webhooks` is set", "set repo = \"owner/name\", or webhooks = the folder of saved deliveries");
  options.repositories = std::make_shared<Repositories>(std::move(wanted), options.api->base(), "per_page=100", [api = options.api](Http& http, const std::string& url) { return api->list(http, url); });
  std::vector<std::string> names;
  for (const auto& stream : kPlan) names.emplace_back(stream.name);
  options.streams = TRY(chosen_streams(settings, names));
  for (const auto& plan : kPlan)
    if (plan.needs == kToken && tokens.empty() && options.streams.contains(plan.name))
      return fail(Error::Kind::kAuth, fmt::format("GitHub gives {} only to somebody it knows", plan.name), "set token = \"$NAME_OF_A_VARIABLE\", or leave it out of `streams`");
  constexpr std::pair<std::string_view, Reactions> kWays[] = {{"counts", Reactions::kCounts}, {"names", Reactions::kNames}, {"none", Reactions::kNone}};
  auto way = std::find_if(std::begin(kWays), std::end(kWays), [&](const auto& one) { return one.first == settings.text("reactions"); });
  if (way == std::end(kWays))
    return fail(Error::Kind::kBadInput, fmt::format("`reactions` is {}", printable(settings.text("reactions"))), "it may be counts, names or none");
  options.reactions = way->second;
  return std::unique_ptr<Connector>{std::make_unique<GithubConnector>(std::move(options))};
}

// Counts come within other things; only the model can leave them out.
Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE github_reactions = {};\n{}", sql_quoted(settings.text("reactions")), embedded_file(embedded_connectors(), "github/model.sql"));
}

// "github:owner/name" and "github:owner" for the API alone; the address of a repository's page, where its commits are wanted
// too; saved webhook deliveries. An address that ends in .git is git's alone.
Recognised recognise(std::string_view what) {
  bool short_form = starts_with_ignoring_case(what, kShortForm);
  bool address = false;
  for (std::string_view host : {"https://github.com/", "http://github.com/", "https://www.github.com/"}) address = address || starts_with_ignoring_case(what, host);
  if (!short_form && !address) {
    if (what.find("://") != std::string_view::npos || !looks_like_deliveries(kDeliveries, std::filesystem::path{what})) return {};
    return {90, "webhook deliveries of GitHub", "github-webhooks", {{"webhooks", std::string{what}}}, {}};
  }
  auto wanted = parse_repositories(what, kShortForm);
  if (!wanted || wanted->empty() || what.ends_with(".git")) return {};
  Recognised found;
  found.confidence = 95;
  if (!wanted->owners.empty()) {
    found.understood = "all repositories of " + wanted->owners.front() + ", by the API of GitHub";
    found.name = "github-" + wanted->owners.front();
    found.settings = {{"repo", wanted->owners.front()}};
  } else {
    const auto& repository = wanted->repositories.front();
    found.understood = "issues, changes, reviews, discussions, stars and traffic of " + repository.full_name() + ", by the API of GitHub";
    found.name = "github-" + repository.name;
    found.settings = {{"repo", repository.full_name()}};
    if (address) found.also = {{"git", "https://github.com/" + repository.full_name() + ".git"}};
  }
  return found;
}

}  // namespace

const ConnectorEntry kGithubConnector{
    .info = {.name = "github",
             .summary = "issues, changes, reviews, discussions, stars, forks, releases and traffic of GitHub repositories; saved webhooks",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "github/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
