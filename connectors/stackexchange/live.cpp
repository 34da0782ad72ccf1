#include "connectors/stackexchange/live.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/html_text.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"
#include "connectors/stackexchange/row.h"

namespace rapport::stackexchange {
namespace {

constexpr int kPerPage = 100;  // as many as it ever gives
constexpr int kUpVote = 2, kDownVote = 3;  // VoteTypeId of the dumps
// What a question does not bring by itself. Filters are made by a request of their own and hold for good.
constexpr std::string_view kInclude =
    "question.answers;question.comments;answer.comments;question.up_vote_count;question.down_vote_count;answer.up_vote_count;answer.down_vote_count;"
    "question.content_license;answer.content_license;comment.content_license;comment.body";

// A refusal says in its body what it is about: {"error_id":502,"error_name":"throttle_violation","error_message":"…"}.
void explain(const HttpResponse& response, Error& error) {
  JsonDocument document;
  auto root = document.parse(response.body);
  if (!root || !(*root)["error_id"].integer()) return;
  error.what = fmt::format("Stack Exchange refuses: {} ({})", printable((*root)["error_message"].text()), printable((*root)["error_name"].text()));
  switch ((*root)["error_id"].integer().value_or(0)) {
    case 400: error.kind = Error::Kind::kBadInput, error.fix = "check `site` (the host of a site of the network) and `tags`"; break;
    case 401: case 402: case 403: case 405: case 406: error.kind = Error::Kind::kAuth, error.fix = "check that the key of `key` is one of stackapps.com"; break;
    case 502: error.kind = Error::Kind::kRateLimited, error.fix = "sync again when it says; with `key` there are 10,000 requests a day instead of 300"; break;
    default: break;
  }
}

JsonApi api_of() {
  JsonApi api;
  api.site = "Stack Exchange";
  api.headers = {{"Accept", "application/json"}};
  api.explain = explain;
  return api;
}

class LiveReader {
 public:
  LiveReader(Site site, std::string tags, Http& http) : site_(std::move(site)), tags_(std::move(tags)), http_(http) {}

  Result<ListPage> fetch(const Since& since) {
    if (filter_.empty()) TRY(make_filter());
    auto page_number = since.token.empty() ? std::string{"1"} : since.token;
    auto url = fmt::format("{}/2.3/questions?site={}&tagged={}&sort=activity&order=asc&pagesize={}&page={}&filter={}", site_.api, percent_encoded(site_.host),
                           percent_encoded(tags_), kPerPage, page_number, percent_encoded(filter_));
    if (since.from) url += fmt::format("&min={}", std::chrono::floor<std::chrono::seconds>(*since.from).time_since_epoch().count());
    auto answer = TRY(ask(url));
    if (!answer.root["items"].is_array())
      return fail(Error::Kind::kUpstream, "the answer of Stack Exchange holds no `items`", "try again later; if it stays so, something stands between this machine and it");
    ListPage list;
    for (const auto& table : staging_tables()) list.page.rows.emplace_back(table.columns);
    std::int64_t number = 0;
    for (const auto& question : answer.root["items"].items()) {
      ++number;
      auto active = question["last_activity_date"].integer();
      auto id = question["question_id"].integer();
      if (!id || !active || !question["creation_date"].integer()) {
        list.page.rejected.push_back({id ? fmt::format("question {}", *id) : fmt::format("{}, question {} after {}", tags_, number, since.from ? format_time(*since.from) : "the beginning"),
                                      "a question without its number or dates", question.to_json().substr(0, 300)});
        continue;
      }
      take_question(question, *id, list.page);
      auto when = time_from_unix(*active);
      list.newest = list.newest ? std::max(*list.newest, when) : when;
      list.oldest = list.oldest ? std::min(*list.oldest, when) : when;
    }
    if (answer.root["has_more"].truth()) list.token = fmt::format("{}", std::stoll(page_number) + 1);
    return list;
  }

 private:
  Result<JsonAnswer> ask(std::string url) {
    if (spent_)
      return fail(Error::Kind::kRateLimited, "today's quota of requests to Stack Exchange is used up", "sync again tomorrow; with `key` there are 10,000 requests a day instead of 300");
    if (!site_.key.empty()) url += "&key=" + percent_encoded(site_.key);
    auto answer = TRY(get_json(api_of(), http_, url));
    if (auto seconds = answer.root["backoff"].integer(); seconds && *seconds > 0) http_.hold(url, std::chrono::seconds{*seconds});
    spent_ = answer.root["quota_remaining"].integer() == 0;
    return answer;
  }

  Result<> make_filter() {
    auto answer = TRY(ask(fmt::format("{}/2.3/filters/create?base=withbody&unsafe=false&include={}", site_.api, percent_encoded(kInclude))));
    auto items = answer.root["items"].items();
    filter_ = items.empty() ? std::string_view{} : items[0]["filter"].text();
    if (filter_.empty()) return fail(Error::Kind::kUpstream, "Stack Exchange made no filter", "try again later");
    return {};
  }

  // A value of the API as the dump has it; absent ones are NULL.
  static void number(RowBatch& row, const JsonValue& value) { value.integer() ? row.integer(*value.integer()) : row.null(); }
  static void time(RowBatch& row, const JsonValue& value) { value.integer() ? row.time(time_from_unix(*value.integer())) : row.null(); }

  // The writer's number, or the name where the account is gone.
  static void owner(RowBatch& row, const JsonValue& user, Page& page) {
    auto id = user["user_id"].integer();
    auto name = html_text(user["display_name"].text());
    id ? row.integer(*id).null() : row.null().text_or_null(name);
    if (!id) return;
    auto& users = page.rows[static_cast<std::size_t>(File::kUsers)];
    users.text(fmt::format("user/{}", *id)).integer(*id).text_or_null(name).null().null();
    number(users, user["reputation"]);
    users.null();
  }

  void take_question(const JsonValue& question, std::int64_t id, Page& page) {
    std::string tags;
    for (const auto& tag : question["tags"].items()) tags += fmt::format("|{}", tag.text());
    take_post(question, id, 1, std::nullopt, tags.empty() ? tags : tags + "|", page);
    take_comments(question, id, page);
    for (const auto& answer : question["answers"].items()) {
      auto answer_id = answer["answer_id"].integer();
      if (!answer_id || !answer["creation_date"].integer()) {
        page.rejected.push_back({fmt::format("question {}", id), "an answer without its number or date", answer.to_json().substr(0, 300)});
        continue;
      }
      take_post(answer, *answer_id, 2, id, {}, page);
      take_comments(answer, *answer_id, page);
    }
  }

  void take_post(const JsonValue& post, std::int64_t id, int type, std::optional<std::int64_t> parent, const std::string& tags, Page& page) {
    auto& row = page.rows[static_cast<std::size_t>(File::kPosts)];
    row.text(fmt::format("post/{}", id)).integer(id).integer(type);
    parent ? row.integer(*parent) : row.null();
    number(row, type == 1 ? post["accepted_answer_id"] : JsonValue{});
    time(row, post["creation_date"]);
    owner(row, post["owner"], page);
    row.text_or_null(type == 1 ? html_text(post["title"].text()) : std::string{}).text_or_null(post["body"].text()).text_or_null(tags);
    number(row, post["score"]);
    number(row, post["view_count"]);
    time(row, post["closed_date"]);
    row.text_or_null(post["content_license"].text()).text(site_.host);
    // How many voted, and neither who nor when: they stand at the time of the post.
    auto& votes = page.rows[static_cast<std::size_t>(File::kVotes)];
    for (auto [kind, name] : {std::pair{kUpVote, "up_vote_count"}, std::pair{kDownVote, "down_vote_count"}})
      if (auto count = post[name].integer(); count)
        votes.text(fmt::format("votes/{}/{}", id, kind)).null().integer(id).integer(kind).time(time_from_unix(*post["creation_date"].integer())).null().null().integer(*count);
  }

  static void take_comments(const JsonValue& post, std::int64_t id, Page& page) {
    auto& row = page.rows[static_cast<std::size_t>(File::kComments)];
    for (const auto& comment : post["comments"].items()) {
      auto number_of_comment = comment["comment_id"].integer();
      if (!number_of_comment || !comment["creation_date"].integer()) {
        page.rejected.push_back({fmt::format("post {}", id), "a comment without its number or date", comment.to_json().substr(0, 300)});
        continue;
      }
      row.text(fmt::format("comment/{}", *number_of_comment)).integer(*number_of_comment).integer(id);
      time(row, comment["creation_date"]);
      owner(row, comment["owner"], page);
      row.text_or_null(html_text(comment["body"].text()));
      number(row, comment["score"]);
      row.text_or_null(comment["content_license"].text());
    }
  }

  Site site_;
  std::string tags_;
  Http& http_;
  std::string filter_;
  bool spent_ = false;
};

}  // namespace

Result<Site> site_of(const Settings& settings) {
  Site site;
  site.api = settings.text("url");
  while (site.api.ends_with('/')) site.api.pop_back();
  site.host = lower_ascii(trim(settings.text("site")));
  if (site.host.empty()) return fail(Error::Kind::kBadInput, "`tags` without `site`", "set site = \"stackoverflow.com\", or another host of the network");
  site.key = settings.text("key");
  site.tags = listed(settings.text("tags"));
  if (site.tags.empty()) return fail(Error::Kind::kBadInput, "neither `path` nor `tags` is set: this would read a whole site", "set tags = \"your-project\", or path to a data dump");
  return site;
}

std::unique_ptr<Reader> read_live(const Site& site, const std::string& cursor, Http& http) {
  return one_after_another(site.tags, cursor, [site, &http](const std::string& tags, std::string own) {
    auto live = std::make_shared<LiveReader>(site, tags, http);
    return recent_first(std::move(own), now(), [live](const Since& since) { return live->fetch(since); });
  });
}

TaggedAddress tagged_address(std::string_view url) {
  constexpr std::string_view kTagged = "/questions/tagged/";
  auto host = site_of(url.substr(0, url.find('?')));
  auto at = url.find(kTagged);
  if (host.empty() || !starts_with_ignoring_case(url, "http") || at == std::string_view::npos) return {};
  auto tags = url.substr(at + kTagged.size());
  tags = tags.substr(0, tags.find_first_of("?#/"));
  // "a+b" and "a or b" in the address; both tags, and either.
  auto plain = replace_all(replace_all(percent_decoded(tags), "+or+", ", "), " or ", ", ");
  plain = replace_all(replace_all(plain, "+", ";"), " and ", ";");
  return plain.empty() ? TaggedAddress{} : TaggedAddress{host, plain};
}

}  // namespace rapport::stackexchange
