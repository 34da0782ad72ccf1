#include "connectors/bluesky/bluesky.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"

namespace rapport {
namespace {

constexpr int kPerPage = 25;  // each post with replies costs a request more
constexpr int kDepth = 20;    // of replies below a post

constexpr Setting kSettings[] = {
    {.name = "query", .help = "Posts that this search finds: words, \"words together\", #tag, domain:kelvane.example.", .example = "\"kelvane sdk\""},
    {.name = "accounts", .help = "Posts of these accounts: your own.", .example = "kelvane.example, ana.bsky.social"},
    {.name = "identifier", .help = "The handle that `app_password` belongs to; the search answers only who is logged in.", .example = "ana.bsky.social"},
    {.name = "app_password", .help = "An app password of that account.", .example = "$BLUESKY_PASSWORD", .secret = true},
    {.name = "look_back_days", .help = "How far back each sync reads again for replies, likes and reposts.", .example = "14", .fallback = "7"},
    {.name = "url", .help = "Where the public API is.", .example = "https://public.api.bsky.app", .fallback = "https://public.api.bsky.app"},
    {.name = "service", .help = "The server of the account, for logging in.", .example = "https://bsky.social", .fallback = "https://bsky.social"},
};
constexpr Stream kStreams[] = {{"posts", StreamKind::kIncremental}};

struct Network {
  JsonApi calls;
  std::string base, service;  // no slash at the end
  std::string identifier, app_password;
  std::chrono::seconds look_back{};
  std::vector<std::string> lists;  // "@kelvane.example", "?kelvane sdk"
};

// A refusal has words: {"error":"ExpiredToken","message":"…"}.
void explain(const HttpResponse& response, Error& error) {
  JsonDocument document;
  auto root = document.parse(response.body);
  if (!root) return;
  auto name = (*root)["error"].text();
  if (name.empty()) return;
  error.what = fmt::format("Bluesky refuses: {} ({})", printable((*root)["message"].text("no reason given")), printable(name));
  if (name == "ExpiredToken" || name == "InvalidToken" || name == "AuthenticationRequired") error.kind = Error::Kind::kAuth, error.fix = "check `identifier` and `app_password`; sync again to log in anew";
  if (name == "InvalidRequest" || name == "NotFound") error.kind = Error::Kind::kNotFound, error.fix = "check the handles in `accounts`, and `query`";
}

// One list, newest first.
class List {
 public:
  List(const Network& network, std::string name, Http& http) : network_(network), calls_(network.calls), base_(network.base), name_(std::move(name)), http_(http) {}

  Result<ListPage> fetch(const std::string& token) {
    TRY(log_in());
    bool search = name_.starts_with('?');
    auto path = search ? fmt::format("app.bsky.feed.searchPosts?sort=latest&q={}", percent_encoded(name_.substr(1)))
                       : fmt::format("app.bsky.feed.getAuthorFeed?filter=posts_with_replies&actor={}", percent_encoded(name_.substr(1)));
    path += fmt::format("&limit={}{}", kPerPage, token.empty() ? "" : "&cursor=" + percent_encoded(token));
    auto answer = TRY(get_json(calls_, http_, fmt::format("{}/xrpc/{}", base_, path)));
    const auto items = answer.root[search ? "posts" : "feed"];
    if (!items.is_array()) return fail(Error::Kind::kUpstream, "Bluesky sent no list of posts", "try again later");
    ListPage list;
    std::int64_t count = 0;
    for (const auto& item : items.items()) {
      ++count;
      if (item["reason"]["$type"].text().ends_with("Repost")) continue;  // somebody else's
      const auto post = search ? item : item["post"];
      auto uri = std::string{post["uri"].text()};
      auto indexed = parse_time(post["indexedAt"].text());
      if (uri.empty() || !indexed) {
        list.page.rejected.push_back({fmt::format("{} after \"{}\", post {}", name_, token, count), "a post without its uri or date", item.to_json().substr(0, 300)});
        continue;
      }
      list.newest = list.newest ? std::max(*list.newest, *indexed) : *indexed;
      list.oldest = list.oldest ? std::min(*list.oldest, *indexed) : *indexed;
      list.page.records.push_back(TRY(record_of(post, uri, *indexed).in("post " + printable(uri))));
    }
    list.token = count > 0 ? answer.root["cursor"].text() : std::string_view{};
    if (list.token == token) list.token.clear();
    return list;
  }

 private:
  // Once, where there is an account: from then on its own server is asked, which passes the questions on.
  Result<> log_in() {
    if (network_.identifier.empty() || base_ == network_.service) return {};
    JsonWriter json;
    json.begin_object().key("identifier").value(network_.identifier).key("password").value(network_.app_password).end_object();
    auto answer = TRY(post_json(calls_, http_, network_.service + "/xrpc/com.atproto.server.createSession", std::move(json).text()));
    auto token = answer.root["accessJwt"].text();
    if (token.empty()) return fail(Error::Kind::kAuth, "Bluesky gave no session", network_.calls.auth_fix);
    calls_.headers.emplace_back("Authorization", fmt::format("Bearer {}", token));
    base_ = network_.service;
    return {};
  }

  static void write_replies(const JsonValue& thread, JsonWriter& json) {
    for (const auto& reply : thread["replies"].items()) {
      if (reply["post"].is_object()) json.raw(reply["post"].to_json());  // not one that is blocked or gone
      write_replies(reply, json);
    }
  }

  // {"post": {…}, "replies": [{…}, …]}
  Result<RawRecord> record_of(const JsonValue& post, const std::string& uri, Time indexed) {
    JsonWriter json;
    json.begin_object().key("post").raw(post.to_json()).key("replies").begin_array();
    if (post["replyCount"].integer().value_or(0) > 0) {
      auto answer = TRY(get_json(calls_, http_, fmt::format("{}/xrpc/app.bsky.feed.getPostThread?uri={}&depth={}&parentHeight=0", base_, percent_encoded(uri), kDepth)));
      if (!answer.root["thread"].is_object()) return fail(Error::Kind::kUpstream, "Bluesky sent no thread", "try again later");
      write_replies(answer.root["thread"], json);
    }
    return RawRecord{uri, std::move(json.end_array().end_object()).text(), indexed, false};
  }

  const Network& network_;
  JsonApi calls_;
  std::string base_, name_;
  Http& http_;
};

class BlueskyConnector : public Connector {
 public:
  explicit BlueskyConnector(Network network) : network_(std::move(network)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return one_after_another(network_.lists, cursor, [this, &http](const std::string& name, std::string own) {
      auto list = std::make_shared<List>(network_, name, http);
      return newest_first(std::move(own), network_.look_back, [list](const std::string& token) { return list->fetch(token); });
    });
  }

 private:
  Network network_;
};

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::vector<std::string> accounts_of(const Settings& settings) {
  auto accounts = listed(settings.text("accounts"));
  for (auto& account : accounts) account = lower_ascii(account.starts_with('@') ? account.substr(1) : account);
  return accounts;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Network network;
  for (const auto& account : accounts_of(settings)) network.lists.push_back("@" + account);
  if (settings.has("query")) network.lists.push_back("?" + settings.text("query"));
  if (network.lists.empty()) return fail(Error::Kind::kBadInput, "neither `query` nor `accounts` is set", "set query = \"your project\", or accounts = \"your.handle\"");
  network.identifier = settings.text("identifier");
  network.app_password = settings.text("app_password");
  if (network.identifier.empty() != network.app_password.empty())
    return fail(Error::Kind::kBadInput, "`identifier` and `app_password` belong together", "set both (Settings, Privacy and security, App passwords), or neither");
  network.base = without_slash(settings.text("url"));
  network.service = without_slash(settings.text("service"));
  network.calls.site = "Bluesky";
  network.calls.headers = {{"Accept", "application/json"}};
  network.calls.auth_fix = network.identifier.empty() ? "the search often answers only who is logged in: make an app password (Settings, Privacy and security) and set identifier and app_password"
                                                      : "check `identifier` and `app_password`";
  network.calls.address_fix = "check the handles in `accounts`";
  network.calls.explain = explain;
  network.look_back = TRY(look_back(settings));
  return std::unique_ptr<Connector>{std::make_unique<BlueskyConnector>(std::move(network))};
}

// The model needs to know who is ours.
Result<std::string> make_model(const Settings& settings) {
  std::string own;
  for (const auto& account : accounts_of(settings)) own += fmt::format("{}{}", own.empty() ? "" : ", ", sql_quoted(account));
  return fmt::format("SET VARIABLE bluesky_own = [{}]::VARCHAR[];\n{}", own, embedded_file(embedded_connectors(), "bluesky/model.sql"));
}

// "https://bsky.app/profile/kelvane.example", "https://bsky.app/search?q=kelvane", "bluesky:kelvane sdk".
Recognised recognise(std::string_view what) {
  auto searched = [](std::string query) -> Recognised {
    if (trim(query).empty()) return {};
    return {95, "mentions on Bluesky", "bluesky", {{"query", std::string{trim(query)}}}};
  };
  if (starts_with_ignoring_case(what, "bluesky:")) return searched(std::string{what.substr(8)});
  constexpr std::string_view kSite = "https://bsky.app/";
  if (!starts_with_ignoring_case(what, kSite)) return {};
  auto rest = what.substr(kSite.size());
  if (rest.starts_with("search?"))
    for (auto parameter : split(rest.substr(7), '&'))
      if (parameter.starts_with("q=")) return searched(percent_decoded(replace_all(parameter.substr(2), "+", " ")));
  if (rest.starts_with("hashtag/")) return searched("#" + percent_decoded(rest.substr(8, rest.substr(8).find_first_of("/?#"))));
  if (!rest.starts_with("profile/")) return {};
  auto handle = percent_decoded(rest.substr(8, rest.substr(8).find_first_of("/?#")));
  if (handle.empty()) return {};
  return {95, fmt::format("posts of {} on Bluesky", handle), "bluesky-" + handle, {{"accounts", handle}}};
}

}  // namespace

const ConnectorEntry kBlueskyConnector{
    .info = {.name = "bluesky",
             .summary = "posts on Bluesky: of your accounts, or found by a search, with replies",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "bluesky/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
