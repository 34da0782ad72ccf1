#include "connectors/lobsters/lobsters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "domains", .help = "Stories that lead to these hosts.", .example = "kelvane.example, blog.kelvane.example"},
    {.name = "tags", .help = "Stories with one of these tags.", .example = "databases"},
    {.name = "users", .help = "Stories that these users submitted.", .example = "ana, bo"},
    {.name = "look_back_days", .help = "How far back each sync reads again for comments, edits and scores.", .example = "30", .fallback = "14"},
    {.name = "url", .help = "The site's address.", .example = "https://lobste.rs", .fallback = "https://lobste.rs"},
};
constexpr Stream kStreams[] = {{"stories", StreamKind::kIncremental}};

struct Site {
  JsonApi calls;
  std::string base;  // no slash at the end
  std::chrono::seconds look_back{};
  std::vector<std::string> lists;  // paths: "/t/databases"
};

// {"story": {…}, "comments": [{…}, …]}; the story's own page tells both.
Result<RawRecord> record_of(const Site& site, Http& http, const std::string& id, const JsonValue& listed_story, Time created) {
  JsonWriter json;
  json.begin_object();
  if (listed_story["comment_count"].integer().value_or(0) > 0) {
    auto answer = TRY(get_json(site.calls, http, fmt::format("{}/s/{}.json", site.base, percent_encoded(id))));
    json.key("story").begin_object();
    for (const auto& [name, value] : answer.root.members())
      if (name != "comments") json.key(name).raw(value.to_json());
    json.end_object().key("comments").raw(answer.root["comments"].is_array() ? answer.root["comments"].to_json() : "[]");
  } else {
    json.key("story").raw(listed_story.to_json()).key("comments").begin_array().end_array();
  }
  return RawRecord{id, std::move(json.end_object()).text(), created, false};
}

Result<ListPage> fetch(const Site& site, Http& http, const std::string& path, const std::string& token) {
  auto number = token.empty() ? std::string{"1"} : token;
  auto answer = TRY(get_json(site.calls, http, fmt::format("{}{}.json?page={}", site.base, path, percent_encoded(number))));
  if (!answer.root.is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no list of stories", site.calls.site), site.calls.address_fix);
  ListPage list;
  std::int64_t count = 0;
  for (const auto& story : answer.root.items()) {
    ++count;
    auto id = std::string{story["short_id"].text()};
    auto created = parse_time(story["created_at"].text());
    if (id.empty() || !created) {
      list.page.rejected.push_back({fmt::format("{}, page {}, story {}", path, number, count), "a story without its id or date", story.to_json().substr(0, 300)});
      continue;
    }
    list.newest = list.newest ? std::max(*list.newest, *created) : *created;
    list.oldest = list.oldest ? std::min(*list.oldest, *created) : *created;
    list.page.records.push_back(TRY(record_of(site, http, id, story, *created).in("story " + printable(id))));
  }
  if (count > 0) list.token = fmt::format("{}", std::atoll(number.c_str()) + 1);
  return list;
}

class LobstersConnector : public Connector {
 public:
  explicit LobstersConnector(Site site) : site_(std::move(site)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return one_after_another(site_.lists, cursor, [this, &http](const std::string& path, std::string own) {
      return newest_first(std::move(own), site_.look_back, [this, path, &http](const std::string& token) { return fetch(site_, http, path, token); });
    });
  }

 private:
  Site site_;
};

std::string address_of(const Settings& settings) {
  auto url = settings.text("url");
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Site site;
  for (const auto& domain : listed(settings.text("domains"))) site.lists.push_back("/domains/" + percent_encoded(lower_ascii(domain)));
  for (const auto& tag : listed(settings.text("tags"))) site.lists.push_back("/t/" + percent_encoded(tag));
  for (const auto& user : listed(settings.text("users"))) site.lists.push_back("/~" + percent_encoded(user.starts_with('~') ? user.substr(1) : user) + "/stories");
  if (site.lists.empty()) return fail(Error::Kind::kBadInput, "none of `domains`, `tags` and `users` is set", "set domains = \"your-project.example\"");
  site.base = address_of(settings);
  site.calls.site = fmt::format("Lobsters at {}", printable(site.base));
  site.calls.headers = {{"Accept", "application/json"}};
  site.calls.address_fix = "check the names in `domains`, `tags` and `users`: one of them is not known there";
  site.look_back = TRY(look_back(settings));
  return std::unique_ptr<Connector>{std::make_unique<LobstersConnector>(std::move(site))};
}

Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE lobsters_url = {};\n{}", sql_quoted(address_of(settings)), embedded_file(embedded_connectors(), "lobsters/model.sql"));
}

// "https://lobste.rs/domains/kelvane.example", "…/t/databases", "…/~ana".
Recognised recognise(std::string_view what) {
  constexpr std::string_view kSite = "https://lobste.rs/";
  if (!starts_with_ignoring_case(what, kSite)) return {};
  auto rest = what.substr(kSite.size());
  for (auto [prefix, setting] : {std::pair<std::string_view, const char*>{"domains/", "domains"}, {"domain/", "domains"}, {"t/", "tags"}, {"~", "users"}, {"u/", "users"}}) {
    if (!rest.starts_with(prefix)) continue;
    auto name = percent_decoded(rest.substr(prefix.size(), rest.substr(prefix.size()).find_first_of("/?#")));
    if (name.ends_with(".rss")) return {};  // a feed
    if (!name.empty()) return {95, fmt::format("stories on Lobsters ({} {})", setting, name), "lobsters-" + name, {{setting, name}}};
  }
  return {};
}

}  // namespace

const ConnectorEntry kLobstersConnector{
    .info = {.name = "lobsters",
             .summary = "stories and comments on Lobsters: by the host they lead to, tag or submitter",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "lobsters/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
