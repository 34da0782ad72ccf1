#include "connectors/mastodon/mastodon.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr int kPerPage = 20;  // each note with replies costs a request more

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The instance's address.", .example = "https://social.example", .required = true},
    {.name = "hashtags", .help = "Notes with one of these hashtags, as far as the instance knows them.", .example = "kelvane, larksdk"},
    {.name = "accounts", .help = "Notes of these accounts: your own.", .example = "kelvane, ana@other.example"},
    {.name = "query", .help = "Notes that the instance's search finds; needs `token`.", .example = "kelvane"},
    {.name = "token", .help = "An access token with the scopes read:statuses and read:search; needed for `query`, and where the instance shows nothing to strangers.",
     .example = "$MASTODON_TOKEN", .secret = true},
    {.name = "look_back_days", .help = "How far back each sync reads again for replies, boosts and edits.", .example = "14", .fallback = "7"},
};
constexpr Stream kStreams[] = {{"notes", StreamKind::kIncremental}};

struct Instance {
  JsonApi calls;
  std::string base;  // no slash at the end
  std::chrono::seconds look_back{};
  std::vector<std::string> lists;  // "#kelvane", "@ana@other.example", "?kelvane"
};

Result<JsonAnswer> ask(const Instance& instance, Http& http, const std::string& path) {
  auto url = instance.base + path;
  auto answer = TRY(get_json(instance.calls, http, url));
  // When none is left, the header says until when.
  if (answer.response.header("X-RateLimit-Remaining") == "0")
    if (auto reset = parse_time(answer.response.header("X-RateLimit-Reset")); reset && *reset > now())
      http.hold(url, std::chrono::ceil<std::chrono::seconds>(*reset - now()));
  return answer;
}

// One list, newest first.
class List {
 public:
  List(const Instance& instance, std::string name, Http& http) : instance_(instance), name_(std::move(name)), http_(http) {}

  Result<ListPage> fetch(const std::string& token) {
    auto answer = TRY(ask(instance_, http_, TRY(path_of(token))));
    bool search = name_.starts_with('?');
    const auto notes = search ? answer.root["statuses"] : answer.root;
    if (!notes.is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no list of notes", instance_.calls.site), instance_.calls.address_fix);
    ListPage list;
    std::int64_t count = 0;
    for (const auto& note : notes.items()) {
      ++count;
      auto id = std::string{note["id"].text()};
      auto created = parse_time(note["created_at"].text());
      if (id.empty() || !created) {
        list.page.rejected.push_back({fmt::format("{} after \"{}\", note {}", name_, token, count), "a note without its id or date", note.to_json().substr(0, 300)});
        continue;
      }
      list.newest = list.newest ? std::max(*list.newest, *created) : *created;
      list.oldest = list.oldest ? std::min(*list.oldest, *created) : *created;
      list.page.records.push_back(TRY(record_of(note, id, *created).in("note " + printable(id))));
    }
    // Of the address of the next page only its place is taken: what else stands there is not for us to follow.
    if (search) list.token = count > 0 ? fmt::format("{}", (token.empty() ? 0 : std::atoll(token.c_str())) + count) : std::string{};
    else list.token = max_id(next_link(answer.response));
    if (list.token == token) list.token.clear();
    return list;
  }

 private:
  static std::string max_id(std::string_view url) {
    auto query = url.substr(std::min(url.size(), url.find('?') + 1));
    for (auto parameter : split(query, '&'))
      if (parameter.starts_with("max_id=")) return percent_decoded(parameter.substr(7));
    return {};
  }

  Result<std::string> path_of(const std::string& token) {
    auto what = percent_encoded(name_.substr(1));
    if (name_.starts_with('?'))
      return fmt::format("/api/v2/search?type=statuses&limit={}&q={}{}", kPerPage, what, token.empty() ? "" : "&offset=" + percent_encoded(token));
    auto place = fmt::format("?limit={}{}", kPerPage, token.empty() ? "" : "&max_id=" + percent_encoded(token));
    if (name_.starts_with('#')) return fmt::format("/api/v1/timelines/tag/{}{}", what, place);
    if (account_.empty()) {
      auto answer = TRY(ask(instance_, http_, "/api/v1/accounts/lookup?acct=" + what));
      account_ = answer.root["id"].text();
      if (account_.empty()) return fail(Error::Kind::kNotFound, fmt::format("{} does not know the account {}", instance_.calls.site, name_), "check `accounts`");
    }
    return fmt::format("/api/v1/accounts/{}/statuses{}&exclude_reblogs=true", percent_encoded(account_), place);
  }

  // {"note": {…}, "replies": [{…}, …]}
  Result<RawRecord> record_of(const JsonValue& note, const std::string& id, Time created) {
    JsonWriter json;
    json.begin_object().key("note").raw(note.to_json()).key("replies");
    if (note["replies_count"].integer().value_or(0) > 0) {
      auto answer = TRY(ask(instance_, http_, fmt::format("/api/v1/statuses/{}/context", percent_encoded(id))));
      if (!answer.root["descendants"].is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no replies", instance_.calls.site), "try again later");
      json.raw(answer.root["descendants"].to_json());
    } else {
      json.begin_array().end_array();
    }
    return RawRecord{id, std::move(json.end_object()).text(), created, false};
  }

  const Instance& instance_;
  std::string name_;
  Http& http_;
  std::string account_;  // its id at this instance, once asked
};

class MastodonConnector : public Connector {
 public:
  explicit MastodonConnector(Instance instance) : instance_(std::move(instance)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return one_after_another(instance_.lists, cursor, [this, &http](const std::string& name, std::string own) {
      auto list = std::make_shared<List>(instance_, name, http);
      return newest_first(std::move(own), instance_.look_back, [list](const std::string& token) { return list->fetch(token); });
    });
  }

 private:
  Instance instance_;
};

std::string address_of(const Settings& settings) {
  auto url = settings.text("url");
  while (url.ends_with('/')) url.pop_back();
  return url;
}
std::string host_of(const std::string& url) { return lower_ascii(url.substr(std::min(url.size(), url.find("://") + 3))); }

// "@Ana@social.example" -> "ana@social.example"; an account of the instance itself gets its host too.
std::string full_name(std::string_view account, const std::string& host) {
  if (account.starts_with('@')) account.remove_prefix(1);
  auto lower = lower_ascii(account);
  return lower.find('@') == std::string::npos ? lower + "@" + host : lower;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Instance instance;
  instance.base = address_of(settings);
  if (!is_web_address(instance.base)) return fail(Error::Kind::kBadInput, fmt::format("`url` is \"{}\"", printable(instance.base)), "give the instance's address with https://");
  for (const auto& tag : listed(settings.text("hashtags"))) instance.lists.push_back(tag.starts_with('#') ? tag : "#" + tag);
  for (const auto& account : listed(settings.text("accounts"))) instance.lists.push_back("@" + full_name(account, host_of(instance.base)));
  if (settings.has("query")) instance.lists.push_back("?" + settings.text("query"));
  if (instance.lists.empty()) return fail(Error::Kind::kBadInput, "none of `hashtags`, `accounts` and `query` is set", "set hashtags = \"yourproject\"");
  instance.calls.site = fmt::format("Mastodon at {}", printable(host_of(instance.base)));
  instance.calls.headers = {{"Accept", "application/json"}};
  if (settings.has("token")) instance.calls.headers.emplace_back("Authorization", "Bearer " + settings.text("token"));
  else if (settings.has("query")) return fail(Error::Kind::kAuth, "the search of Mastodon answers only who is logged in", "make an application under Preferences, Development with read:statuses and read:search, and set token = \"$NAME_OF_A_VARIABLE\"");
  instance.calls.auth_fix = "this instance wants a token: make an application under Preferences, Development with read:statuses and read:search, and set token";
  instance.calls.address_fix = "check `url` (the front page of an instance) and the names in `accounts`";
  instance.look_back = TRY(look_back(settings));
  return std::unique_ptr<Connector>{std::make_unique<MastodonConnector>(std::move(instance))};
}

// The model needs the instance's host, and who is ours.
Result<std::string> make_model(const Settings& settings) {
  auto url = address_of(settings);
  std::string own;
  for (const auto& account : listed(settings.text("accounts"))) own += fmt::format("{}{}", own.empty() ? "" : ", ", sql_quoted(full_name(account, host_of(url))));
  return fmt::format("SET VARIABLE mastodon_url = {}; SET VARIABLE mastodon_host = {}; SET VARIABLE mastodon_own = [{}]::VARCHAR[];\n{}", sql_quoted(url), sql_quoted(host_of(url)), own,
                     embedded_file(embedded_connectors(), "mastodon/model.sql"));
}

// "https://social.example/@ana", "https://social.example/tags/kelvane", "@ana@social.example".
Recognised recognise(std::string_view what) {
  if (what.starts_with('@')) {
    auto at = what.find('@', 1);
    if (at == std::string_view::npos || at < 2 || what.find('.', at) == std::string_view::npos || what.find_first_of("/ :", 1) != std::string_view::npos) return {};
    auto host = lower_ascii(what.substr(at + 1));
    return {90, fmt::format("notes of {} on Mastodon", what), std::string{what.substr(1, at - 1)}, {{"url", "https://" + host}, {"accounts", std::string{what.substr(1, at - 1)}}}};
  }
  if (!is_web_address(what)) return {};
  auto path_at = what.find('/', what.find("://") + 3);
  if (path_at == std::string_view::npos) return {};
  auto site = std::string{what.substr(0, path_at)};
  auto path = what.substr(path_at);
  bool tag = path.starts_with("/tags/");
  if (!tag && !path.starts_with("/@")) return {};
  auto host = host_of(site);
  for (std::string_view other : {"youtube.com", "medium.com", "tiktok.com", "threads.net", "threads.com", "t.me"})  // write their names with @ too
    if (host == other || host.ends_with("." + std::string{other})) return {};
  auto name = percent_decoded(path.substr(tag ? 6 : 2, path.substr(tag ? 6 : 2).find_first_of("/?#")));
  if (name.empty() || name.ends_with(".rss")) return {};
  return {tag ? 45 : 65, fmt::format("{} {} on Mastodon at {}", tag ? "notes tagged" : "notes of", name, host), name, {{"url", site}, {tag ? "hashtags" : "accounts", name}}};
}

}  // namespace

const ConnectorEntry kMastodonConnector{
    .info = {.name = "mastodon",
             .summary = "notes on Mastodon: under hashtags, of your accounts, or found by a search, with replies",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "mastodon/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
