// github/<repository>/<list>.page<N>.json: what the list endpoints of GitHub's REST API answer, 100 items a page:
// issues (with pull requests, as GitHub lists them), pulls, comments, stargazers (with starred_at), forks, releases.
// Reviews, which GitHub lists per pull request only, stand together in reviews.page<N>.json.
#include <fmt/format.h>

#include <map>

#include "base/json_writer.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

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
    add(posts[0], "issues", issue(posts));
    if (posts[0].role == Role::kChange) add(posts[0], "pulls", pull(posts));
    for (const auto& post : posts.subspan(1)) {
      if (post.kind != Kind::kPost) continue;
      if (post.role == Role::kReview) add(post, "reviews", review(post));
      else add(post, "comments", comment(post));
    }
  }

  void activity(const Activity& activity) override {
    if (activity.platform != Platform::kGithub) return;
    JsonWriter json;
    if (activity.kind == Kind::kStar) {
      json.begin_object().key("starred_at").value(iso_utc(activity.time)).key("user");
      user(json, activity.person);
      json.end_object();
      add(activity, "stargazers", json.text());
    } else if (activity.kind == Kind::kFork) {
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
      json.key("body").value(fmt::format("See {}", work.link)).end_object();
      add(activity, "releases", json.text());
    }
  }

  Result<> finish() override {
    for (auto& [key, pages] : lists_) TRY(pages.finish());
    return {};
  }

 private:
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
    json.key("merged_at");
    const Activity* merged = nullptr;
    for (const auto& post : posts)
      if (post.kind == Kind::kMerge) merged = &post;
    if (merged) json.value(iso_utc(merged->time));
    else json.null();
    json.end_object();
    return std::move(json).text();
  }

  std::string comment(const Activity& post) {
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(1'500'000'000u + post.id));
    json.key("issue_url").value(fmt::format("https://api.github.com/repos/{}/issues/{}", places(Platform::kGithub)[post.place], post.thread)).key("user");
    user(json, post.person);
    json.key("created_at").value(iso_utc(post.time)).key("updated_at").value(iso_utc(post.time)).key("body").value(composer_.body(post)).end_object();
    return std::move(json).text();
  }

  std::string review(const Activity& post) {
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(1'500'000'000u + post.id));
    json.key("pull_request_url").value(fmt::format("https://api.github.com/repos/{}/pulls/{}", places(Platform::kGithub)[post.place], post.thread)).key("user");
    user(json, post.person);
    json.key("state").value(post.key % 3 == 0 ? "APPROVED" : "COMMENTED").key("submitted_at").value(iso_utc(post.time)).key("body").value(composer_.body(post)).end_object();
    return std::move(json).text();
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  std::map<std::pair<std::uint8_t, std::string>, Pages> lists_;
};

}  // namespace

std::unique_ptr<Writer> open_github(const WriterContext& context) { return std::make_unique<GithubWriter>(context); }

}  // namespace rapport::sim
