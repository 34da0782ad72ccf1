#include "connectors/hackernews/hackernews.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/passes.h"

namespace rapport {
namespace {

constexpr std::string_view kSearch = "https://hn.algolia.com/api/v1/search_by_date";
constexpr std::int64_t kPerPage = 1000;  // as many as one question ever gives

constexpr Setting kSettings[] = {
    {.name = "query", .help = "What to look for, as typed into the search of Hacker News; words in quotes stand together.", .example = "\"kelvane sdk\""},
    {.name = "tags", .help = "Which things: story, comment, ask_hn, show_hn, poll, job, author_<name>; commas mean and, commas in (…) mean or.",
     .example = "author_ana", .fallback = "(story,comment,poll)"},
    {.name = "look_back_days", .help = "How far back each sync reads again for points, comments and edits.", .example = "30", .fallback = "7"},
};
constexpr Stream kStreams[] = {{"items", StreamKind::kIncremental}};

struct Search {
  std::string query, tags;
  std::int64_t look_back_s = 0;
};

// Newest first. A pass goes down from `before` (0 = now) to what is older than `since`.
struct Cursor {
  std::int64_t since = 0, before = 0;
  std::int64_t top = 0;  // the newest seen, over all passes

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("since").value(since).key("before").value(before).key("top").value(top).end_object();
    return std::move(json).text();
  }
  static Cursor parse(const std::string& text) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {};
    return {(*root)["since"].integer().value_or(0), (*root)["before"].integer().value_or(0), (*root)["top"].integer().value_or(0)};
  }
};

// A question never gives more than 1,000 hits, so each one asks for what is not newer than the oldest hit before. Hits of
// that very second come twice, which changes nothing.
Result<Page> read_page(const Search& search, Http& http, const std::string& text) {
  auto cursor = Cursor::parse(text);
  std::string filters = fmt::format("created_at_i>={}", cursor.since);
  if (cursor.before > 0) filters += fmt::format(",created_at_i<={}", cursor.before);
  auto url = fmt::format("{}?query={}&tags={}&hitsPerPage={}&numericFilters={}", kSearch, percent_encoded(search.query), percent_encoded(search.tags), kPerPage,
                         percent_encoded(filters));
  auto response = TRY(http.get(url, {{"Accept", "application/json"}}));
  JsonDocument document;
  auto root = document.parse(response.body);
  if (!root || !(*root)["hits"].is_array())
    return fail(Error::Kind::kUpstream, fmt::format("the answer is not what the search of Hacker News sends: {}", root ? "no hits" : root.error().what),
                "try again later; if it stays so, something stands between this machine and hn.algolia.com");
  Page page;
  std::int64_t oldest = 0;
  std::int64_t count = 0;
  for (const auto& hit : (*root)["hits"].items()) {
    ++count;
    auto id = hit["objectID"].integer();
    auto created = hit["created_at_i"].integer();
    if (!id || !created) {
      page.rejected.push_back({fmt::format("hit {} not newer than {}", count, cursor.before), "a hit without an objectID or created_at_i", hit.to_json().substr(0, 300)});
      continue;
    }
    // What the search adds to show itself (marked words, ranks) differs with every question.
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : hit.members())
      if (name != "_highlightResult" && name != "_snippetResult" && name != "_rankingInfo") json.key(name).raw(value.to_json());
    json.end_object();
    page.records.push_back({fmt::format("{}", *id), std::move(json).text(), time_from_unix(*created), false});
    oldest = oldest == 0 ? *created : std::min(oldest, *created);
    cursor.top = std::max(cursor.top, *created);
  }
  page.caught_up = count == 0 || (*root)["nbHits"].integer().value_or(0) <= count;
  if (page.caught_up) {
    cursor.before = 0;
    cursor.since = std::max<std::int64_t>(0, cursor.top - search.look_back_s);
  } else if (oldest > 0 && (cursor.before == 0 || oldest < cursor.before)) {
    cursor.before = oldest;
  } else {
    // More than a page within one second, or nothing usable: on to the second below.
    cursor.before = std::max<std::int64_t>(1, (cursor.before == 0 ? cursor.top : cursor.before) - 1);
    page.caught_up = cursor.before <= 1;
  }
  page.next = cursor.to_text();
  return page;
}

class HackernewsConnector : public Connector {
 public:
  explicit HackernewsConnector(Search search) : search_(std::move(search)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return paged(cursor, [search = search_, &http](const std::string& at) { return read_page(search, http, at); });
  }

 private:
  Search search_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Search search{settings.text("query"), settings.text("tags"), 0};
  if (search.query.empty() && search.tags.find("author_") == std::string::npos && search.tags.find("story_") == std::string::npos)
    return fail(Error::Kind::kBadInput, "without `query` this would read all of Hacker News", "set query = \"your project\", or tags = \"author_<name>\"");
  search.look_back_s = TRY(look_back(settings)).count();
  return std::unique_ptr<Connector>{std::make_unique<HackernewsConnector>(std::move(search))};
}

// "hackernews:kelvane sdk", or the address of a search.
Recognised recognise(std::string_view what) {
  Recognised found{0, {}, "hackernews", {}};
  std::string query;
  if (starts_with_ignoring_case(what, "hackernews:")) query = what.substr(11);
  else if (starts_with_ignoring_case(what, "https://hn.algolia.com/")) {
    auto at = what.find("query=");
    if (at == std::string_view::npos) return found;
    auto value = what.substr(at + 6);
    query = percent_decoded(replace_all(value.substr(0, value.find('&')), "+", " "));
  }
  if (trim(query).empty()) return found;
  found.confidence = 95;
  found.understood = "mentions on Hacker News";
  found.settings = {{"query", std::string{trim(query)}}};
  return found;
}

}  // namespace

const ConnectorEntry kHackernewsConnector{
    .info = {.name = "hackernews",
             .summary = "stories and comments on Hacker News that name you, or that somebody wrote",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "hackernews/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
