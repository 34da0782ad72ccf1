#include "connectors/devto/forem.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::devto {
namespace {

constexpr int kPerPage = 30;  // each article costs one or two requests more

Result<RawRecord> record_of(const Forem& forem, Http& http, std::int64_t id, Time published) {
  auto article = TRY(get_json(forem.calls, http, fmt::format("{}/api/articles/{}", forem.base, id)));
  JsonWriter json;
  json.begin_object().key("article").begin_object();
  for (const auto& [name, value] : article.root.members())
    if (name != "body_html") json.key(name).raw(value.to_json());  // the same words as body_markdown
  json.end_object().key("comments");
  if (article.root["comments_count"].integer().value_or(0) > 0) {
    auto comments = TRY(get_json(forem.calls, http, fmt::format("{}/api/comments?a_id={}", forem.base, id)));
    if (!comments.root.is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no list of comments", forem.calls.site), "try again later");
    json.raw(comments.root.to_json());
  } else {
    json.begin_array().end_array();
  }
  return RawRecord{fmt::format("{}", id), std::move(json.end_object()).text(), published, false};
}

// One page of a list, each article with its comments. The token is the number of the page.
Result<ListPage> fetch(const Forem& forem, Http& http, const std::string& query, const std::string& token) {
  auto number = token.empty() ? std::string{"1"} : token;
  auto answer = TRY(get_json(forem.calls, http, fmt::format("{}/api/articles?{}&per_page={}&page={}", forem.base, query, kPerPage, percent_encoded(number))));
  if (!answer.root.is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no list of articles", forem.calls.site), forem.calls.address_fix);
  ListPage list;
  std::int64_t count = 0;
  for (const auto& article : answer.root.items()) {
    ++count;
    auto id = article["id"].integer();
    auto published = parse_time(article["published_timestamp"].text());
    if (!id || !published) {
      list.page.rejected.push_back({fmt::format("{}, page {}, article {}", query, number, count), "an article without its number or date", article.to_json().substr(0, 300)});
      continue;
    }
    list.newest = list.newest ? std::max(*list.newest, *published) : *published;
    list.oldest = list.oldest ? std::min(*list.oldest, *published) : *published;
    list.page.records.push_back(TRY(record_of(forem, http, *id, *published).in(fmt::format("article {}", *id))));
  }
  if (count > 0) list.token = fmt::format("{}", std::atoll(number.c_str()) + 1);  // servers may give fewer than asked for
  return list;
}

// A tag's list is sorted by popularity, and can be cut to the last so many days: first to the last months, then not at
// all, and in later passes to the time since the last one, and `look_back` more.
struct TagCursor {
  enum class Phase { kRecent, kAll, kSince } phase = Phase::kRecent;
  std::int64_t days = kRecent.count();  // of the pass under way
  std::int64_t read_at = 0;             // Unix seconds: when the last pass began
  std::int64_t began_at = 0;
  std::string token;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("phase").value(static_cast<std::int64_t>(phase)).key("days").value(days).key("read_at").value(read_at);
    json.key("began_at").value(began_at).key("token").value(token).end_object();
    return std::move(json).text();
  }
  static TagCursor parse(const std::string& text) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {};
    auto phase = static_cast<Phase>(std::clamp<std::int64_t>((*root)["phase"].integer().value_or(0), 0, 2));
    return {phase, (*root)["days"].integer().value_or(kRecent.count()), (*root)["read_at"].integer().value_or(0), (*root)["began_at"].integer().value_or(0),
            std::string{(*root)["token"].text()}};
  }
};

Result<Page> read_tag(const Forem& forem, Http& http, const std::string& tag, const std::string& text) {
  auto cursor = TagCursor::parse(text);
  auto present = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
  if (cursor.token.empty() && cursor.phase != TagCursor::Phase::kAll) {
    cursor.began_at = present;
    if (cursor.phase == TagCursor::Phase::kSince) cursor.days = (present - cursor.read_at + forem.look_back.count()) / 86'400 + 1;
  }
  auto query = "tag=" + percent_encoded(tag);
  if (cursor.phase != TagCursor::Phase::kAll) query += fmt::format("&top={}", cursor.days);
  auto list = TRY(fetch(forem, http, query, cursor.token));
  cursor.token = list.token;
  list.page.caught_up = list.token.empty() && cursor.phase != TagCursor::Phase::kRecent;
  if (list.token.empty()) cursor.phase = cursor.phase == TagCursor::Phase::kRecent ? TagCursor::Phase::kAll : TagCursor::Phase::kSince;
  if (list.page.caught_up) cursor.read_at = cursor.began_at;
  list.page.next = cursor.to_text();
  return std::move(list.page);
}

}  // namespace

std::unique_ptr<Reader> read_articles(const Forem& forem, ListOf what, const std::string& name, std::string cursor, Http& http) {
  if (what == ListOf::kTag) return paged(std::move(cursor), [forem, name, &http](const std::string& at) { return read_tag(forem, http, name, at); });
  return newest_first(std::move(cursor), forem.look_back,
                      [forem, name, &http](const std::string& token) { return fetch(forem, http, "username=" + percent_encoded(name), token); });
}

}  // namespace rapport::devto
