// Stack Exchange API 2.3 out of the data dump that the simulation wrote: /2.3/questions, /questions/{ids}/answers, answers,
// comments, users; site=kelvane, page, pagesize, sort, order, fromdate, todate, min, max, tagged, filter=withbody|total.
// Answers are compressed whatever the client says, as there.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/file.h"
#include "base/gzip.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "base/time.h"
#include "sim/serve/apis.h"

namespace rapport::sim {
namespace {

constexpr std::string_view kSite = "kelvane", kHost = "https://stack.kelvane.example";

using Row = std::map<std::string, std::string, std::less<>>;

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

const std::string& of(const Row& row, std::string_view name) {
  static const std::string kNone;
  auto found = row.find(name);
  return found == row.end() ? kNone : found->second;
}

std::int64_t seconds(std::string_view time) {
  auto parsed = parse_time(fmt::format("{}Z", time));
  return parsed ? parsed->time_since_epoch().count() / 1'000'000 : 0;
}

std::string unescaped(std::string_view text) {
  auto out = replace_all(replace_all(replace_all(replace_all(text, "&#xA;", "\n"), "&quot;", "\""), "&gt;", ">"), "&lt;", "<");
  return replace_all(out, "&amp;", "&");
}

// The rows of one of the dump's files, which are one a line: <row A="…" B="…" />.
std::vector<Row> rows_of(const fs::path& path) {
  std::vector<Row> rows;
  auto text = read_file(path);
  if (!text) return rows;
  for (auto line : split(*text, '\n')) {
    auto at = line.find("<row ");
    if (at == std::string_view::npos) continue;
    Row row;
    for (at += 5; at < line.size();) {
      auto equals = line.find("=\"", at);
      if (equals == std::string_view::npos) break;
      auto end = line.find('"', equals + 2);
      row[std::string{trim(line.substr(at, equals - at))}] = unescaped(line.substr(equals + 2, end - equals - 2));
      at = end + 1;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Item {
  std::int64_t id = 0, created = 0, active = 0, score = 0, parent = 0;  // parent: question of an answer, post of a comment
  std::string name;                                                     // of users
  std::vector<std::string> tags;
  Row row;
};

class StackApi : public Api {
 public:
  explicit StackApi(const fs::path& folder) {
    for (auto& row : rows_of(folder / "Posts.xml")) {
      bool question = of(row, "PostTypeId") == "1";
      auto& list = question ? questions_ : answers_;
      Item item{number(of(row, "Id")), seconds(of(row, "CreationDate")), seconds(of(row, "LastActivityDate")), number(of(row, "Score")), number(of(row, "ParentId")), {}, {}, {}};
      for (auto tag : split(replace_all(of(row, "Tags"), "<", ""), '>'))
        if (!tag.empty()) item.tags.emplace_back(tag);
      item.row = std::move(row);
      list.push_back(std::move(item));
    }
    for (auto& row : rows_of(folder / "Comments.xml")) {
      auto created = seconds(of(row, "CreationDate"));
      Item item{number(of(row, "Id")), created, created, number(of(row, "Score")), number(of(row, "PostId")), {}, {}, {}};
      item.row = std::move(row);
      comments_.push_back(std::move(item));
    }
    for (auto& row : rows_of(folder / "Users.xml")) {
      auto created = seconds(of(row, "CreationDate"));
      Item item{number(of(row, "Id")), created, seconds(of(row, "LastAccessDate")), number(of(row, "Reputation")), 0, of(row, "DisplayName"), {}, {}};
      item.row = std::move(row);
      users_.push_back(std::move(item));
    }
    for (const auto& user : users_) user_[user.id] = &user;
    for (const auto& answer : answers_)
      if (answer.score > 0) well_answered_.insert(answer.parent);
  }

  ApiAnswer answer(const ApiRequest& request) override {
    auto parts = split(request.path, '/');  // "", "2.3", what, ids, of what
    if (parts.size() < 3 || (parts[1] != "2.3" && parts[1] != "2.2")) return wrong(404, "no_method", "this method cannot be called this way");
    if (parts[2] == "info" || parts[2] == "sites") return wrong(404, "no_method", "not served");
    auto site = request.parameter("site");
    if (site.empty()) return wrong(400, "bad_parameter", "site is required");
    if (site != kSite) return wrong(400, "bad_parameter", fmt::format("No site found for name `{}`", printable(site)));
    if (request.number("page", 1) < 1) return wrong(400, "bad_parameter", "page");
    if (auto size = request.number("pagesize", 30); size < 0 || size > 100) return wrong(400, "bad_parameter", "pagesize");
    std::set<std::int64_t> ids;
    if (parts.size() > 3 && (parts[2] != "questions" || parts[3] != "unanswered"))
      for (auto id : split(parts[3], ';')) ids.insert(number(id));
    if (ids.size() > 100) return wrong(400, "bad_parameter", "ids");
    auto what = parts.size() > 4 ? parts[4] : parts[2];
    bool by_parent = parts.size() > 4;
    if (parts.size() > 5 || (by_parent && parts[2] != "questions" && parts[2] != "answers" && parts[2] != "posts")) return wrong(404, "no_method", "this method cannot be called this way");
    if (what == "questions" && !by_parent) return list(request, questions_, ids, false, &StackApi::question);
    if (what == "answers") return list(request, answers_, ids, by_parent, &StackApi::post_answer);
    if (what == "comments") return list(request, comments_, ids, by_parent, &StackApi::comment);
    if (what == "users" && !by_parent) return list(request, users_, ids, false, &StackApi::user);
    return wrong(404, "no_method", "this method cannot be called this way");
  }

  // Here a client that asks too often gets 400 with a number of its own, 502.
  ApiAnswer refusal(const ApiRequest&, int status) const override {
    if (status == 429) return wrong(400, "throttle_violation", "too many requests from this IP, more requests available in 1 seconds", 502);
    return status == 401 ? wrong(400, "access_denied", "this access token has expired", 402) : wrong(500, "internal_error", "Internal Server Error");
  }

 private:
  using Show = void (StackApi::*)(const Item&, bool with_body, JsonWriter&) const;

  static ApiAnswer packed(int status, const JsonWriter& json) { return {status, kJsonType, gzip(json.text()), {{"Content-Encoding", "gzip"}}}; }

  static ApiAnswer wrong(int status, std::string_view name, std::string_view message, int id = 0) {
    JsonWriter json;
    json.begin_object().key("error_id").value(id > 0 ? id : status).key("error_message").value(message).key("error_name").value(name).end_object();
    return packed(status, json);
  }

  ApiAnswer list(const ApiRequest& request, const std::vector<Item>& all, const std::set<std::int64_t>& ids, bool by_parent, Show show) {
    bool users = &all == &users_, answers = &all == &answers_, questions = &all == &questions_;
    auto sort = request.parameter("sort");
    if (sort.empty()) sort = users ? "reputation" : questions || answers ? "activity" : "creation";
    bool known = sort == "creation" || (users ? sort == "reputation" || sort == "name" || sort == "modified" : sort == "votes" || ((questions || answers) && sort == "activity"));
    if (!known) return wrong(400, "bad_parameter", "sort");
    auto value = [&](const Item& item) { return sort == "creation" ? item.created : sort == "activity" || sort == "modified" ? item.active : item.score; };
    auto from = request.number("fromdate", 0), to = request.number("todate", INT64_MAX), least = request.number("min", INT64_MIN), most = request.number("max", INT64_MAX);
    auto tagged = split(request.parameter("tagged"), ';');
    std::vector<const Item*> items;
    for (const auto& item : all) {
      if (!ids.empty() && !ids.contains(by_parent ? item.parent : item.id)) continue;
      if (item.created < from || item.created > to || (sort != "name" && (value(item) < least || value(item) > most))) continue;
      if (questions && !tagged[0].empty() && !std::all_of(tagged.begin(), tagged.end(), [&](auto tag) { return std::find(item.tags.begin(), item.tags.end(), tag) != item.tags.end(); })) continue;
      items.push_back(&item);
    }
    std::sort(items.begin(), items.end(), [&](const Item* a, const Item* b) {
      if (sort == "name" && a->name != b->name) return a->name < b->name;
      return value(*a) != value(*b) ? value(*a) < value(*b) : a->id < b->id;
    });
    if (request.parameter("order") != "asc") std::reverse(items.begin(), items.end());
    if (request.shift && items.size() > 2) std::rotate(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2), items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2 + 1));

    JsonWriter json;
    auto size = static_cast<std::size_t>(request.number("pagesize", 30)), begin = static_cast<std::size_t>(request.number("page", 1) - 1) * size;
    auto filter = request.parameter("filter");
    json.begin_object();
    if (filter == "total") {
      json.key("total").value(items.size()).end_object();
      return packed(200, json);
    }
    json.key("items").begin_array();
    for (auto i = begin; i < std::min(items.size(), begin + size); ++i) (this->*show)(*items[i], filter == "withbody", json);
    json.end_array();
    if (request.backoff) json.key("backoff").value(1);
    quota_left_ = std::max(0, quota_left_ - 1);
    json.key("has_more").value(begin + size < items.size()).key("quota_max").value(10'000).key("quota_remaining").value(quota_left_).end_object();
    return packed(200, json);
  }

  void owner(std::string_view id, JsonWriter& json) const {
    json.begin_object();
    auto found = user_.find(number(id));
    if (found == user_.end()) {
      json.key("user_type").value("does_not_exist");
    } else {
      const auto& user = *found->second;
      json.key("account_id").value(number(of(user.row, "AccountId"))).key("reputation").value(user.score).key("user_id").value(user.id).key("user_type").value("registered");
      json.key("display_name").value(html_escaped(user.name)).key("link").value(fmt::format("{}/users/{}", kHost, user.id));
    }
    json.end_object();
  }

  void shared(const Item& item, bool with_body, JsonWriter& json) const {
    json.key("owner");
    owner(of(item.row, "OwnerUserId"), json);
    json.key("score").value(item.score).key("last_activity_date").value(item.active).key("creation_date").value(item.created).key("content_license").value("CC BY-SA 4.0");
    if (with_body) json.key("body").value(of(item.row, "Body"));
  }

  void question(const Item& item, bool with_body, JsonWriter& json) const {
    json.begin_object();
    shared(item, with_body, json);
    json.key("tags").begin_array();
    for (const auto& tag : item.tags) json.value(tag);
    auto accepted = number(of(item.row, "AcceptedAnswerId"));
    json.end_array().key("is_answered").value(accepted > 0 || well_answered_.contains(item.id)).key("view_count").value(number(of(item.row, "ViewCount")));
    if (accepted > 0) json.key("accepted_answer_id").value(accepted);
    json.key("answer_count").value(number(of(item.row, "AnswerCount"))).key("question_id").value(item.id);
    json.key("link").value(fmt::format("{}/questions/{}", kHost, item.id)).key("title").value(html_escaped(of(item.row, "Title"))).end_object();
  }

  void post_answer(const Item& item, bool with_body, JsonWriter& json) const {
    json.begin_object();
    shared(item, with_body, json);
    auto question = std::find_if(questions_.begin(), questions_.end(), [&](const Item& other) { return other.id == item.parent; });
    json.key("is_accepted").value(question != questions_.end() && number(of(question->row, "AcceptedAnswerId")) == item.id).key("answer_id").value(item.id).key("question_id").value(item.parent).end_object();
  }

  void comment(const Item& item, bool with_body, JsonWriter& json) const {
    json.begin_object().key("owner");
    owner(of(item.row, "UserId"), json);
    json.key("edited").value(false).key("score").value(item.score).key("creation_date").value(item.created).key("post_id").value(item.parent).key("comment_id").value(item.id).key("content_license").value("CC BY-SA 4.0");
    if (with_body) json.key("body").value(html_escaped(of(item.row, "Text")));
    json.end_object();
  }

  void user(const Item& item, bool, JsonWriter& json) const {
    json.begin_object().key("account_id").value(number(of(item.row, "AccountId"))).key("is_employee").value(false).key("last_access_date").value(item.active).key("reputation").value(item.score);
    json.key("creation_date").value(item.created).key("user_type").value("registered").key("user_id").value(item.id).key("location").value(of(item.row, "Location"));
    json.key("link").value(fmt::format("{}/users/{}", kHost, item.id)).key("display_name").value(html_escaped(item.name)).end_object();
  }

  std::vector<Item> questions_, answers_, comments_, users_;
  std::map<std::int64_t, const Item*> user_;
  std::set<std::int64_t> well_answered_;
  int quota_left_ = 10'000;
};

}  // namespace

Result<std::unique_ptr<Api>> open_stack_api(const fs::path& folder) { return std::unique_ptr<Api>{std::make_unique<StackApi>(folder / "stackexchange")}; }

}  // namespace rapport::sim
