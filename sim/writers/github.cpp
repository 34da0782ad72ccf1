// github/<repository>/<list>.page<N>.json: what the list endpoints of GitHub's REST API answer, 100 items a page:
// issues (with pull requests, as GitHub lists them), pulls (with what only /pulls/<n> tells), comments, events,
// stargazers (with starred_at), forks, releases. Reviews, which GitHub lists per pull request only, stand together in
// reviews.page<N>.json; discussions, which only GraphQL lists, in its form in discussions.page<N>.json.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json_writer.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writers/chat.h"

namespace rapport::sim {
namespace {

constexpr int kPerPage = 100;

// One list of one repository.
class Pages {
 public:
  void add(const std::filesystem::path& folder, std::string_view list, std::string_view item) {
    if (count_ % kPerPage == 0) {
      if (count_ > 0) file_.write("\n]\n");
      file_.open(folder / fmt::format("{}.page{}.json", list, count_ / kPerPage + 1));
      file_.write("[\n");
    } else {
      file_.write(",\n");
    }
    file_.write(item);
    ++count_;
  }
  Result<> finish() {
    if (count_ > 0) file_.write("\n]\n");
    return file_.close();
  }

 private:
  OutFile file_;
  std::int64_t count_ = 0;
};

class GithubWriter : public Writer {
 public:
  explicit GithubWriter(const WriterContext& context) : world_(context.world), composer_(context.composer), folder_(context.folder / "github") {}

  void thread(std::span<const Activity> posts) override {
    if (posts[0].platform != Platform::kGithub) return;
    note(posts);
    if (posts[0].role == Role::kDiscussion) return add(posts[0], "discussions", discussion(posts));
    add(posts[0], "issues", issue(posts));
    if (posts[0].role == Role::kChange) add(posts[0], "pulls", pull(posts));
    for (const auto& post : posts.subspan(1)) {
      if (post.kind == Kind::kMerge) add(post, "events", event(post, "merged"));
      if (post.kind != Kind::kPost) add(post, "events", event(post, "closed"));
      else if (post.role == Role::kReview) add(post, "reviews", review(post));
      else add(post, "comments", comment(post));
    }
  }

  void activity(const Activity& activity) override {
    if (activity.platform != Platform::kGithub) return;
    auto& facts = facts_[activity.place];
    if (activity.kind == Kind::kPush) facts.pushed = activity.time;
    JsonWriter json;
    if (activity.kind == Kind::kStar) {
      ++facts.stars;
      json.begin_object().key("starred_at").value(iso_utc(activity.time)).key("user");
      user(json, activity.person);
      json.end_object();
      add(activity, "stargazers", json.text());
    } else if (activity.kind == Kind::kFork) {
      ++facts.forks;
      auto name = places(Platform::kGithub)[activity.place].substr(8);
      json.begin_object().key("id").value(static_cast<std::int64_t>(800'000'000 + (activity.key & 0xfffffff))).key("full_name");
      json.value(fmt::format("{}/{}", world_.community.login(activity.person, Platform::kGithub), name)).key("owner");
      user(json, activity.person);
      json.key("created_at").value(iso_utc(activity.time)).key("fork").value(true).end_object();
      add(activity, "forks", json.text());
    } else if (activity.kind == Kind::kRelease) {
      const auto& work = world_.works[activity.work - 1u];
      json.begin_object().key("id").value(static_cast<std::int64_t>(120'000'000 + work.number)).key("tag_name").value("v" + work.version).key("name").value(work.title).key("draft").value(false);
      json.key("prerelease").value(false).key("created_at").value(iso_utc(activity.time)).key("published_at").value(iso_utc(activity.time)).key("author");
      user(json, activity.person);
      json.key("html_url").value(fmt::format("https://github.com/{}/releases/tag/v{}", places(Platform::kGithub)[activity.place], work.version));
      json.key("body").value(fmt::format("See {}", work.link)).key("assets").begin_array().end_array().end_object();
      add(activity, "releases", json.text());
    }
  }

  void day(const DayFacts& facts) override { visits_.push_back(static_cast<double>(facts.observed[static_cast<std::size_t>(Series::kVisits)])); }

  Result<> finish() override {
    for (auto& [key, pages] : lists_) TRY(pages.finish());
    for (std::size_t place = 0; place < facts_.size(); ++place) {
      auto folder = folder_ / places(Platform::kGithub)[place].substr(8);
      TRY(write(folder / "repository.json", repository(place)));
      TRY(write(folder / "traffic.views.json", traffic("views", kTrafficShares[place])));
      TRY(write(folder / "traffic.clones.json", traffic("clones", kTrafficShares[place] / 8)));
    }
    return write(folder_ / "users.json", users());
  }

 private:
  static constexpr double kTrafficShares[] = {0.4, 0.06, 0.1};  // of the day's visits of the site
  static constexpr std::size_t kTrafficDays = 14;

  struct Facts {
    std::int64_t stars = 0, forks = 0, open = 0, pushed = 0;
  };

  static Result<> write(const std::filesystem::path& path, std::string_view text) {
    OutFile file{path};
    file.write(text);
    return file.close();
  }

  void note(std::span<const Activity> posts) {
    bool closed = std::any_of(posts.begin(), posts.end(), [](const Activity& post) { return post.kind != Kind::kPost; });
    if (!closed && posts[0].role != Role::kDiscussion) ++facts_[posts[0].place].open;
  }

  // What GET /repos/{owner}/{repo} tells.
  std::string repository(std::size_t place) {
    const auto& facts = facts_[place];
    auto full = places(Platform::kGithub)[place];
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(700'000'001 + place)).key("name").value(full.substr(8)).key("full_name").value(full).key("private").value(false);
    json.key("owner").begin_object().key("login").value("kelvane").key("id").value(90'000'001).key("type").value("Organization").end_object();
    json.key("html_url").value(fmt::format("https://github.com/{}", full)).key("description").value("Kelvane, an SDK in five languages; it is made up").key("fork").value(false).key("archived").value(false).key("disabled").value(false);
    json.key("created_at").value(iso_utc(world_.second(0))).key("updated_at").value(iso_utc(world_.second(world_.community.parameters().days())));
    json.key("pushed_at").value(iso_utc(facts.pushed > 0 ? facts.pushed : world_.second(0))).key("stargazers_count").value(facts.stars).key("watchers_count").value(facts.stars);
    json.key("forks_count").value(facts.forks).key("open_issues_count").value(facts.open).key("default_branch").value("main").key("has_issues").value(true).key("has_discussions").value(true).key("visibility").value("public").end_object();
    return std::move(json).text();
  }

  // What GET /repos/{owner}/{repo}/traffic/… tells: the last fourteen days. GitHub's visitors are not modelled; they follow the site's.
  std::string traffic(std::string_view what, double share) {
    JsonWriter days;
    std::int64_t count = 0, uniques = 0;
    days.begin_array();
    auto first = visits_.size() - std::min(visits_.size(), kTrafficDays);
    for (auto day = first; day < visits_.size(); ++day) {
      auto views = static_cast<std::int64_t>(visits_[day] * share), people = (views + 1) / 2;
      count += views, uniques += people;
      days.begin_object().key("timestamp").value(iso_utc(world_.second(static_cast<int>(day)))).key("count").value(views).key("uniques").value(people).end_object();
    }
    days.end_array();
    JsonWriter json;
    json.begin_object().key("count").value(count).key("uniques").value(uniques).key(what).raw(days.text()).end_object();
    return std::move(json).text();
  }

  // What GET /users/{username} tells, for everybody.
  std::string users() {
    int last = world_.community.parameters().days() - 1;
    JsonWriter json;
    json.begin_array();
    for (auto id : everybody_on(world_, Platform::kGithub)) {
      auto account = world_.community.account(id, Platform::kGithub, last);
      json.begin_object().key("login").value(account.login).key("id").value(static_cast<std::int64_t>(900'000'000 + id)).key("type").value(account.login.ends_with("[bot]") ? "Bot" : "User").key("name");
      if (account.name.empty()) json.null();
      else json.value(account.name);
      json.key("html_url").value("https://github.com/" + account.login).end_object();
    }
    json.end_array();
    return std::move(json).text();
  }

  std::string_view association(PersonId id) { return world_.community.person(id).team ? "MEMBER" : world_.community.person(id).codes ? "CONTRIBUTOR" : "NONE"; }

  void reactions(JsonWriter& json, const Activity& post) {
    json.key("author_association").value(association(post.person)).key("reactions").begin_object().key("total_count").value(static_cast<int>(post.likes)).key("+1").value(static_cast<int>(post.likes)).end_object();
  }

  std::string event(const Activity& post, std::string_view what) {
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(5'000'000'000u + 2 * post.id + (what == "closed"))).key("event").value(what).key("actor");
    user(json, post.person);
    json.key("created_at").value(iso_utc(post.time)).key("issue").begin_object().key("number").value(static_cast<std::int64_t>(post.thread)).end_object().end_object();
    return std::move(json).text();
  }

  // GraphQL's form of a post: of a discussion, a comment or a reply.
  void shared_of_graph(JsonWriter& json, const Activity& post, std::string_view type) {
    auto account = world_.community.account(post.person, Platform::kGithub, world_.day_of(post.time));
    json.key("__typename").value(type).key("databaseId").value(static_cast<std::int64_t>(1'500'000'000u + post.id)).key("body").value(composer_.body(post)).key("createdAt").value(iso_utc(post.time));
    json.key("author").begin_object().key("__typename").value(account.login.ends_with("[bot]") ? "Bot" : "User").key("login").value(account.login);
    json.key("databaseId").value(static_cast<std::int64_t>(900'000'000 + post.person)).key("name");
    if (account.name.empty()) json.null();
    else json.value(account.name);
    json.end_object().key("authorAssociation").value(association(post.person)).key("upvoteCount").value(static_cast<int>(post.likes) + 1).key("reactionGroups").begin_array();
    if (post.likes > 0) json.begin_object().key("content").value("THUMBS_UP").key("reactors").begin_object().key("totalCount").value(static_cast<int>(post.likes)).end_object().end_object();
    json.end_array().key("reactions").begin_object().key("nodes").begin_array().end_array().end_object();
  }

  void remark(JsonWriter& json, const Activity& post, std::span<const Activity> posts, bool is_reply) {
    json.begin_object();
    shared_of_graph(json, post, "DiscussionComment");
    json.key("id").value(fmt::format("DC_{}", post.id)).key("url").value(fmt::format("{}#discussioncomment-{}", url(post, "discussions"), post.id)).key("updatedAt").value(iso_utc(post.time)).key("isAnswer").value(false);
    if (!is_reply) {
      json.key("replies").begin_object().key("nodes").begin_array();
      for (const auto& other : posts)
        if (other.kind == Kind::kPost && other.position > 1 && top_of(other, posts) == post.position && other.position != post.position) remark(json, other, posts, true);
      json.end_array().end_object();
    }
    json.end_object();
  }

  // The comment under which a post stands: replies have no replies.
  static std::uint32_t top_of(const Activity& post, std::span<const Activity> posts) {
    const auto* at = &post;
    while (at->reply_to > 1 && at->reply_to < at->position) at = &posts[at->reply_to - 1];
    return at->position;
  }

  std::string discussion(std::span<const Activity> posts) {
    const auto& root = posts[0];
    JsonWriter json;
    json.begin_object();
    shared_of_graph(json, root, "Discussion");
    json.key("id").value(fmt::format("D_{}", root.id)).key("number").value(static_cast<std::int64_t>(root.thread)).key("url").value(url(root, "discussions")).key("title").value(composer_.title(root));
    json.key("updatedAt").value(iso_utc(posts.back().time)).key("closed").value(false).key("closedAt").null().key("isAnswered").value(false).key("answerChosenAt").null().key("answerChosenBy").null();
    json.key("category").begin_object().key("name").value("General").key("slug").value("general").key("isAnswerable").value(false).end_object();
    json.key("labels").begin_object().key("nodes").begin_array().end_array().end_object().key("comments").begin_object().key("nodes").begin_array();
    for (const auto& post : posts.subspan(1))
      if (post.kind == Kind::kPost && top_of(post, posts) == post.position) remark(json, post, posts, false);
    json.end_array().end_object().end_object();
    return std::move(json).text();
  }

  void add(const Activity& where, std::string_view list, std::string_view item) {
    lists_[{where.place, std::string{list}}].add(folder_ / places(Platform::kGithub)[where.place].substr(8), list, item);
  }

  void user(JsonWriter& json, PersonId id) {
    auto login = world_.community.login(id, Platform::kGithub);
    json.begin_object().key("login").value(login).key("id").value(static_cast<std::int64_t>(900'000'000 + id)).key("type").value(login.ends_with("[bot]") ? "Bot" : "User");
    json.key("html_url").value("https://github.com/" + login).end_object();
  }

  std::string url(const Activity& post, std::string_view what) { return fmt::format("https://github.com/{}/{}/{}", places(Platform::kGithub)[post.place], what, post.thread); }

  void shared_fields(JsonWriter& json, std::span<const Activity> posts) {
    const auto& root = posts[0];
    const Activity* closed = nullptr;
    int comments = 0;
    for (const auto& post : posts) {
      if (post.kind != Kind::kPost) closed = &post;
      else if (post.position > 1 && post.role != Role::kReview) ++comments;
    }
    json.key("id").value(static_cast<std::int64_t>(2'000'000'000u + root.id)).key("number").value(static_cast<std::int64_t>(root.thread)).key("title").value(composer_.title(root)).key("user");
    user(json, root.person);
    json.key("state").value(closed ? "closed" : "open").key("comments").value(comments).key("created_at").value(iso_utc(root.time)).key("updated_at").value(iso_utc(posts.back().time)).key("closed_at");
    if (closed) json.value(iso_utc(closed->time));
    else json.null();
    json.key("body").value(composer_.body(root));
    reactions(json, root);
  }

  std::string issue(std::span<const Activity> posts) {
    JsonWriter json;
    bool change = posts[0].role == Role::kChange;
    json.begin_object().key("html_url").value(url(posts[0], change ? "pull" : "issues"));
    shared_fields(json, posts);
    json.key("labels").begin_array();
    if (posts[0].role == Role::kBug) json.begin_object().key("name").value("bug").end_object();
    if (posts[0].role == Role::kQuestion) json.begin_object().key("name").value("question").end_object();
    json.end_array();
    if (change) json.key("pull_request").begin_object().key("html_url").value(url(posts[0], "pull")).end_object();
    json.end_object();
    return std::move(json).text();
  }

  std::string pull(std::span<const Activity> posts) {
    JsonWriter json;
    json.begin_object().key("html_url").value(url(posts[0], "pull"));
    shared_fields(json, posts);
    json.key("draft").value(false).key("merged_at");
    const Activity* merged = nullptr;
    for (const auto& post : posts)
      if (post.kind == Kind::kMerge) merged = &post;
    if (merged) json.value(iso_utc(merged->time));
    else json.null();
    json.key("base").begin_object().key("ref").value("main").end_object().key("head").begin_object().key("ref").value(fmt::format("change-{}", posts[0].thread)).end_object();
    json.key("merged").value(merged != nullptr).key("merged_by");
    if (merged) user(json, merged->person);
    else json.null();
    json.key("commits").value(static_cast<int>(posts[0].commits)).key("additions").value(static_cast<std::int64_t>(1 + posts[0].thread_key % 120));
    json.key("deletions").value(static_cast<std::int64_t>(posts[0].thread_key / 128 % 60)).key("changed_files").value(1 + static_cast<int>(posts[0].thread_key % 3)).end_object();
    return std::move(json).text();
  }

  std::string comment(const Activity& post) {
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(1'500'000'000u + post.id));
    json.key("issue_url").value(fmt::format("https://api.github.com/repos/{}/issues/{}", places(Platform::kGithub)[post.place], post.thread)).key("user");
    user(json, post.person);
    json.key("created_at").value(iso_utc(post.time)).key("updated_at").value(iso_utc(post.time)).key("body").value(composer_.body(post));
    json.key("html_url").value(fmt::format("{}#issuecomment-{}", url(post, post.thread_role == Role::kChange ? "pull" : "issues"), 1'500'000'000u + post.id));
    reactions(json, post);
    json.end_object();
    return std::move(json).text();
  }

  std::string review(const Activity& post) {
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(1'500'000'000u + post.id));
    json.key("pull_request_url").value(fmt::format("https://api.github.com/repos/{}/pulls/{}", places(Platform::kGithub)[post.place], post.thread)).key("user");
    user(json, post.person);
    json.key("state").value(post.key % 3 == 0 ? "APPROVED" : "COMMENTED").key("submitted_at").value(iso_utc(post.time)).key("body").value(composer_.body(post));
    json.key("html_url").value(fmt::format("{}#pullrequestreview-{}", url(post, "pull"), 1'500'000'000u + post.id)).key("author_association").value(association(post.person)).end_object();
    return std::move(json).text();
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  std::map<std::pair<std::uint8_t, std::string>, Pages> lists_;
  std::array<Facts, 3> facts_{};
  std::vector<double> visits_;  // of the site, by day
};

}  // namespace

std::unique_ptr<Writer> open_github(const WriterContext& context) { return std::make_unique<GithubWriter>(context); }

}  // namespace rapport::sim
