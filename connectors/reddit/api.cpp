#include "connectors/reddit/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::reddit {
namespace {

constexpr int kPerPage = 25;              // each may cost a request for its comments
constexpr std::size_t kMostAtOnce = 100;  // ids that /api/morechildren takes
constexpr int kMostRequests = 20;         // for the folded comments of one submission

constexpr std::string_view kKeyFix =
    "check `client_id` and `client_secret` (an app of the kind \"script\" or \"web app\" at reddit.com/prefs/apps); a private or quarantined subreddit is shown to nobody";
constexpr std::string_view kNoKeyFix =
    "Reddit often refuses listings without an app: make one at reddit.com/prefs/apps and set client_id and client_secret; a private subreddit is shown to nobody";

// The same words a second time as HTML, and what a page needs to look well.
bool is_kept(std::string_view name) {
  for (std::string_view not_needed : {"selftext_html", "body_html", "preview", "media", "media_embed", "media_metadata", "secure_media", "secure_media_embed", "all_awardings",
                                      "gildings", "link_flair_richtext", "author_flair_richtext", "replies", "gallery_data", "crosspost_parent_list", "treatment_tags"})
    if (name == not_needed) return false;
  return true;
}

std::string kept(const JsonValue& thing) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : thing.members())
    if (is_kept(name)) json.key(name).raw(value.to_json());
  return std::move(json.end_object()).text();
}

struct Comments {
  std::vector<std::string> found, folded;  // folded: ids
  std::int64_t hidden = 0;

  void take(const JsonValue& things) {
    for (const auto& thing : things.items()) {
      const auto data = thing["data"];
      if (thing["kind"].text() == "t1") {
        found.push_back(kept(data));
        take(data["replies"]["data"]["children"]);
      } else if (thing["kind"].text() == "more") {
        auto children = data["children"].items();
        for (const auto& child : children) folded.emplace_back(child.text());
        if (children.empty()) hidden += data["count"].integer().value_or(0);  // "continue this thread"
      }
    }
  }
};

}  // namespace

Listing::Listing(Access access, std::string subreddit, Http& http) : access_(std::move(access)), subreddit_(std::move(subreddit)), http_(http) {
  calls_.site = "Reddit";
  calls_.headers = {{"Accept", "application/json"}};
  if (!access_.user.empty()) calls_.headers.emplace_back("User-Agent", fmt::format("linux:rapport:0.1 (by /u/{})", access_.user));
  calls_.auth_fix = access_.client_id.empty() ? kNoKeyFix : kKeyFix;
  calls_.address_fix = "check the name in `subreddit`: there is none of that name, or Reddit banned it";
}

Result<> Listing::authorise() {
  if (authorised_ || access_.client_id.empty()) return {};
  HttpRequest request{"POST", access_.site + "/api/v1/access_token", calls_.headers, "grant_type=client_credentials"};
  request.headers.emplace_back("Authorization", "Basic " + base64(access_.client_id + ":" + access_.client_secret));
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  auto answer = TRY(ask_json(calls_, http_, request));
  auto token = answer.root["access_token"].text();
  if (token.empty()) return fail(Error::Kind::kAuth, fmt::format("Reddit gave no token: {}", printable(answer.root["error"].text("no reason"))), std::string{kKeyFix});
  calls_.headers.emplace_back("Authorization", fmt::format("Bearer {}", token));
  authorised_ = true;
  return {};
}

Result<JsonAnswer> Listing::ask(const std::string& path, const std::string& query) {
  TRY(authorise());
  auto url = fmt::format("{}{}{}?raw_json=1&{}", authorised_ ? access_.api : access_.site, path, authorised_ ? "" : ".json", query);
  auto answer = TRY(get_json(calls_, http_, url));
  // How many requests are left, and for how many seconds that holds.
  auto left = std::string{answer.response.header("X-Ratelimit-Remaining")}, reset = std::string{answer.response.header("X-Ratelimit-Reset")};
  int seconds = 0;
  std::from_chars(reset.data(), reset.data() + reset.size(), seconds);
  if (seconds > 0 && !left.empty() && std::strtod(left.c_str(), nullptr) < 1) http_.hold(url, std::chrono::seconds{seconds});
  return answer;
}

Result<RawRecord> Listing::record_of(const JsonValue& post) {
  auto id = std::string{post["id"].text()};
  Comments comments;
  if (post["num_comments"].integer().value_or(0) > 0) {
    auto answer = TRY(ask("/comments/" + percent_encoded(id), "limit=500&sort=new"));
    auto listings = answer.root.items();
    if (listings.size() < 2) return fail(Error::Kind::kUpstream, "Reddit's answer holds no comments", "try again later");
    comments.take(listings[1]["data"]["children"]);
    for (int requests = 0; !comments.folded.empty() && requests < kMostRequests; ++requests) {
      auto count = std::min(kMostAtOnce, comments.folded.size());
      std::vector<std::string> ids{comments.folded.begin(), comments.folded.begin() + static_cast<std::ptrdiff_t>(count)};
      comments.folded.erase(comments.folded.begin(), comments.folded.begin() + static_cast<std::ptrdiff_t>(count));
      auto more = TRY(ask("/api/morechildren", fmt::format("api_type=json&link_id=t3_{}&children={}", percent_encoded(id), percent_encoded(join(ids, ",")))));
      comments.take(more.root["json"]["data"]["things"]);
    }
  }
  JsonWriter json;
  json.begin_object().key("post").raw(kept(post)).key("comments").begin_array();
  for (const auto& comment : comments.found) json.raw(comment);
  json.end_array().key("hidden").value(comments.hidden + static_cast<std::int64_t>(comments.folded.size())).end_object();
  return RawRecord{id, std::move(json).text(), std::nullopt, false};
}

Result<ListPage> Listing::fetch(const std::string& after) {
  auto folder = subreddit_.empty() ? std::string{} : "/r/" + percent_encoded(subreddit_);
  auto query = fmt::format("limit={}", kPerPage);
  if (!access_.query.empty()) query += fmt::format("&q={}&sort=new&type=link{}", percent_encoded(access_.query), folder.empty() ? "" : "&restrict_sr=true");
  if (!after.empty()) query += "&after=" + percent_encoded(after);
  auto answer = TRY(ask(folder + (access_.query.empty() ? "/new" : "/search"), query));
  const auto listing = answer.root["data"];
  if (!listing["children"].is_array()) return fail(Error::Kind::kUpstream, "Reddit's answer is no listing", "try again later");
  ListPage list;
  std::int64_t number = 0;
  for (const auto& child : listing["children"].items()) {
    ++number;
    const auto post = child["data"];
    auto created = post["created_utc"].number();
    if (post["id"].text().empty() || !created) {
      list.page.rejected.push_back({fmt::format("r/{} submission {} after \"{}\"", subreddit_, number, after), "a submission without id or time", child.to_json().substr(0, 300)});
      continue;
    }
    auto when = time_from_unix(static_cast<std::int64_t>(*created));
    list.newest = list.newest ? std::max(*list.newest, when) : when;
    list.oldest = list.oldest ? std::min(*list.oldest, when) : when;
    auto record = TRY(record_of(post).in(fmt::format("submission {}", printable(post["id"].text()))));
    record.updated_at = when;
    list.page.records.push_back(std::move(record));
  }
  list.token = listing["after"].text();
  return list;
}

}  // namespace rapport::reddit
