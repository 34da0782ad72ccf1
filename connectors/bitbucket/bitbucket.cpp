#include "connectors/bitbucket/bitbucket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/bitbucket/lists.h"
#include "connectors/chosen_streams.h"
#include "connectors/each_place.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using namespace bitbucket;

constexpr Setting kSettings[] = {
    {.name = "repo", .help = "The repository, or several by commas; a workspace alone means all of its repositories but forks.", .example = "our-team/sdk,our-team/docs", .required = true},
    {.name = "token", .help = "An access token of the repository or workspace; with `user`, an API token or app password.", .example = "$BITBUCKET_TOKEN", .secret = true},
    {.name = "user", .help = "Whose API token (the email address) or app password (the user name) it is.", .example = "ana@example.org"},
    {.name = "streams", .help = "Which streams to read; without it all.", .example = "issues,pulls"},
    {.name = "url", .help = "Where the API is.", .example = "https://api.bitbucket.org/2.0", .fallback = "https://api.bitbucket.org/2.0"},
};

struct StreamPlan {
  Stream stream;
  std::unique_ptr<Reader> (*read)(Place place, const std::string& cursor);
};
constexpr std::array kPlan = std::to_array<StreamPlan>({
    {{"repositories", StreamKind::kIncremental}, read_repository},
    {{"issues", StreamKind::kIncremental}, read_issues},
    {{"pulls", StreamKind::kIncremental}, read_pulls},
    {{"forks", StreamKind::kIncremental}, read_forks},
    {{"watchers", StreamKind::kFullListing}, read_watchers},
});
constexpr auto kStreams = [] {
  std::array<Stream, kPlan.size()> streams{};
  for (std::size_t i = 0; i < kPlan.size(); ++i) streams[i] = kPlan[i].stream;
  return streams;
}();

// A repository's or workspace's name, or an address that begins with them; empty if it is neither.
std::string wanted_of(std::string_view text) {
  std::string_view rest = trim(text);
  if (auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    auto slash = rest.find('/', scheme + 3);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  } else if (starts_with_ignoring_case(rest, "bitbucket:")) {
    rest = rest.substr(10);
  }
  rest = rest.substr(0, rest.find_first_of("?#"));
  auto parts = split(rest, '/');
  std::erase_if(parts, [](auto part) { return part.empty(); });
  if (parts.size() > 1 && parts[1] == "workspace") parts.resize(1);  // bitbucket.org/<workspace>/workspace/repositories
  if (parts.size() > 2) parts.resize(2);
  std::string name;
  for (auto part : parts) {
    if (part.ends_with(".git")) part.remove_suffix(4);
    bool good = !part.empty() && part != "." && part != ".." &&
                std::all_of(part.begin(), part.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.'; });
    if (!good) return {};
    name += (name.empty() ? "" : "/") + lower_ascii(part);
  }
  return name;
}

// The repositories of a source, asked for once.
class Wanted {
 public:
  Wanted(Api api, std::vector<std::string> names) : api_(std::move(api)), names_(std::move(names)) {}

  Result<std::vector<ListedPlace>> all(Http& http) {
    if (!all_.empty()) return all_;
    std::set<std::string> found;
    for (const auto& name : names_) {
      if (name.find('/') != std::string::npos) found.insert(name);
      else found.merge(TRY(repositories_of(api_, http, name)));
    }
    for (const auto& name : found) all_.push_back({name, name});
    return all_;
  }

 private:
  Api api_;
  std::vector<std::string> names_;
  std::vector<ListedPlace> all_;
};

class BitbucketConnector : public Connector {
 public:
  BitbucketConnector(Api api, std::vector<std::string> wanted, StreamNames streams)
      : api_(api), wanted_(std::make_shared<Wanted>(std::move(api), std::move(wanted))), streams_(std::move(streams)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    auto plan = std::find_if(kPlan.begin(), kPlan.end(), [&](const auto& one) { return one.stream.name == stream; });
    if (plan == kPlan.end() || (!streams_.empty() && !streams_.contains(stream))) return read_nothing();
    return read_each_place("repository", [wanted = wanted_, &http] { return wanted->all(http); }, cursor,
                           [read = plan->read, api = api_, &http](const ListedPlace& repository, const std::string& at) { return read(Place{api, &http, repository.key}, at); });
  }

 private:
  Api api_;
  std::shared_ptr<Wanted> wanted_;
  StreamNames streams_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Api api;
  api.base = settings.text("url");
  while (api.base.ends_with('/')) api.base.pop_back();
  if (!is_web_address(api.base)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(api.base)), "it begins with https://");
  api.headers = {{"Accept", "application/json"}};
  const auto& token = settings.text("token");
  api.has_token = !token.empty();
  if (settings.has("user") && !api.has_token) return fail(Error::Kind::kAuth, "`user` is set without `token`", "set token = \"$NAME_OF_A_VARIABLE\" too");
  if (settings.has("user")) api.headers.push_back(basic_authorization(settings.text("user"), token));
  else if (api.has_token) api.headers.emplace_back("Authorization", "Bearer " + token);
  std::vector<std::string> wanted;
  for (const auto& part : listed(settings.text("repo"))) {
    wanted.push_back(wanted_of(part));
    if (wanted.back().empty())
      return fail(Error::Kind::kBadInput, fmt::format("`repo` is to name repositories, not \"{}\"", elide(printable(part), 80)),
                  "write repo = \"workspace/repository\", several separated by commas, or \"workspace\" for all of it");
  }
  if (wanted.empty()) return fail(Error::Kind::kBadInput, "`repo` names none", "write repo = \"workspace/repository\"");
  std::vector<std::string> names;
  for (const auto& one : kPlan) names.emplace_back(one.stream.name);
  auto streams = TRY(chosen_streams(settings, names));
  return std::unique_ptr<Connector>{std::make_unique<BitbucketConnector>(std::move(api), std::move(wanted), std::move(streams))};
}

// "bitbucket:team/repo" for the API alone; the address of a repository's page, where its commits are wanted too. An address
// that ends in .git is git's alone.
Recognised recognise(std::string_view what) {
  bool address = false;
  for (std::string_view host : {"https://bitbucket.org/", "http://bitbucket.org/", "https://www.bitbucket.org/"}) address = address || starts_with_ignoring_case(what, host);
  if ((!address && !starts_with_ignoring_case(what, "bitbucket:")) || what.ends_with(".git")) return {};
  auto wanted = wanted_of(what);
  if (wanted.empty()) return {};
  auto slash = wanted.find('/');
  if (slash == std::string::npos) return {95, "all repositories of " + wanted + ", by the API of Bitbucket", "bitbucket-" + wanted, {{"repo", wanted}}};
  Recognised found{95, "issues, pull requests, reviews and forks of " + wanted + ", by the API of Bitbucket", "bitbucket-" + wanted.substr(slash + 1), {{"repo", wanted}}};
  if (address) found.also = {{"git", "https://bitbucket.org/" + wanted + ".git"}};
  return found;
}

}  // namespace

const ConnectorEntry kBitbucketConnector{
    .info = {.name = "bitbucket",
             .summary = "issues, pull requests, reviews and forks of Bitbucket Cloud repositories",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "bitbucket/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
