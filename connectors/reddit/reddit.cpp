#include "connectors/reddit/reddit.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/reddit/api.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "subreddit", .help = "One or more subreddits, without r/.", .example = "kelvane, larksdk"},
    {.name = "query", .help = "Only submissions that this search finds; without `subreddit`, in all of Reddit.", .example = "\"kelvane sdk\""},
    {.name = "client_id", .help = "The id of an app of yours; without, the public listings are asked.", .example = "p-jcoLKBynTLew"},
    {.name = "client_secret", .help = "The app's secret.", .example = "$REDDIT_SECRET", .secret = true},
    {.name = "user", .help = "Your name on Reddit, for the User-Agent that Reddit asks for.", .example = "ana"},
    {.name = "look_back_days", .help = "How far back each sync reads again for new comments, edits and scores.", .example = "30", .fallback = "14"},
    {.name = "url", .help = "Where the site is.", .example = "https://www.reddit.com", .fallback = "https://www.reddit.com"},
    {.name = "api_url", .help = "Where the API for apps is.", .example = "https://oauth.reddit.com", .fallback = "https://oauth.reddit.com"},
};
constexpr Stream kStreams[] = {{"submissions", StreamKind::kIncremental}};

class RedditConnector : public Connector {
 public:
  RedditConnector(reddit::Access access, std::vector<std::string> subreddits, std::chrono::seconds look_back)
      : access_(std::move(access)), subreddits_(std::move(subreddits)), look_back_(look_back) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return one_after_another(subreddits_, cursor, [this, &http](const std::string& subreddit, std::string own) {
      auto listing = std::make_shared<reddit::Listing>(access_, subreddit, http);
      return newest_first(std::move(own), look_back_, [listing](const std::string& after) { return listing->fetch(after); });
    });
  }

 private:
  reddit::Access access_;
  std::vector<std::string> subreddits_;  // one empty name = all of Reddit
  std::chrono::seconds look_back_;
};

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto subreddits = listed(settings.text("subreddit"));
  for (auto& name : subreddits)
    for (std::string_view prefix : {"/r/", "r/"})
      if (starts_with_ignoring_case(name, prefix)) name = name.substr(prefix.size());
  reddit::Access access{without_slash(settings.text("url")), without_slash(settings.text("api_url")), settings.text("client_id"), settings.text("client_secret"), settings.text("user"), settings.text("query")};
  if (subreddits.empty() && access.query.empty()) return fail(Error::Kind::kBadInput, "neither `subreddit` nor `query` is set", "set subreddit = \"your_project\", or query = \"your project\"");
  if (access.client_id.empty() != access.client_secret.empty())
    return fail(Error::Kind::kBadInput, "`client_id` and `client_secret` belong together", "set both, from reddit.com/prefs/apps, or neither");
  if (subreddits.empty()) subreddits.emplace_back();
  return std::unique_ptr<Connector>{std::make_unique<RedditConnector>(std::move(access), std::move(subreddits), TRY(look_back(settings)))};
}

// What was searched for names us elsewhere; what is in a subreddit of ours is its own talk.
Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE reddit_kind = '{}'; SET VARIABLE reddit_url = {};\n{}", settings.has("query") ? "mention" : "topic", sql_quoted(without_slash(settings.text("url"))),
                     embedded_file(embedded_connectors(), "reddit/model.sql"));
}

// "https://www.reddit.com/r/kelvane", "r/kelvane".
Recognised recognise(std::string_view what) {
  auto rest = what;
  if (auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    rest = rest.substr(scheme + 3);
    auto host = lower_ascii(rest.substr(0, rest.find('/')));
    if (host != "reddit.com" && !host.ends_with(".reddit.com")) return {};
    rest = rest.substr(std::min(rest.size(), host.size() + 1));
  }
  if (!starts_with_ignoring_case(rest, "r/")) return {};
  auto name = std::string{rest.substr(2, rest.substr(2).find_first_of("/?#"))};
  bool good = name.size() >= 2 && name.size() <= 24 && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!good) return {};
  return {rest == what ? 70 : 95, fmt::format("the subreddit r/{}", name), "reddit-" + lower_ascii(name), {{"subreddit", name}}};
}

}  // namespace

const ConnectorEntry kRedditConnector{
    .info = {.name = "reddit",
             .summary = "submissions and comments of a subreddit, or those that a search of Reddit finds",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "reddit/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
