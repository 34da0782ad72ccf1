// gharchive/<year>-<month>.json: public events of the product's repositories as GH Archive has them, one JSON object a
// line, a file a month (GH Archive itself has one an hour, compressed). This is the format for load tests, so lines are
// put together by appending: what repeats per person and repository is spelled once.
#include <fmt/format.h>

#include <iterator>

#include "base/json_writer.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"
#include "sim/writers/repository.h"

namespace rapport::sim {
namespace {

constexpr std::int64_t kFirstEvent = 40'000'000'000;

class GhArchiveWriter : public Writer {
 public:
  explicit GhArchiveWriter(const WriterContext& context)
      : world_(context.world), composer_(context.composer), folder_(context.folder / "gharchive"), actors_(world_.community.people().size()),
        repository_(context.world, context.composer) {
    std::int64_t id = 700'000'001;
    for (auto name : places(Platform::kGithub)) {
      repositories_.push_back(fmt::format("\"repo\":{{\"id\":{},\"name\":\"{}\",\"url\":\"https://api.github.com/repos/{}\"}},\"payload\":{{", id++, name, name));
      urls_.push_back(fmt::format("https://github.com/{}", name));
    }
  }

  void activity(const Activity& activity) override {
    if (activity.kind == Kind::kCommit) {
      repository_.commit(activity);
      commits_.push_back({activity.key, repository_.name_commit()});
    }
    if (activity.platform != Platform::kGithub || activity.thread_role == Role::kDiscussion) return;  // GH Archive has no discussions
    auto& out = file_.buffer();
    switch (activity.kind) {
      case Kind::kPost: post(out, activity); break;
      case Kind::kClose:
      case Kind::kMerge:
        if (activity.thread_role == Role::kChange) {
          begin(out, "PullRequestEvent", activity);
          out += "\"action\":\"closed\",";
          pull(out, activity);
        } else {
          begin(out, "IssuesEvent", activity);
          out += "\"action\":\"closed\",";
          issue(out, activity, "closed");
        }
        break;
      case Kind::kPush: push(out, activity); break;
      case Kind::kStar:
        begin(out, "WatchEvent", activity);
        out += "\"action\":\"started\"";
        break;
      case Kind::kFork:
        begin(out, "ForkEvent", activity);
        fmt::format_to(std::back_inserter(out), "\"forkee\":{{\"id\":{},\"name\":\"{}\",\"full_name\":\"", 800'000'000 + (activity.key & 0xfffffff), repository_name(activity.place));
        out += login(activity.person);
        fmt::format_to(std::back_inserter(out), "/{}\",\"private\":false}}", repository_name(activity.place));
        break;
      case Kind::kRelease: release(out, activity); break;
      case Kind::kCommit: return;
    }
    out += "},\"public\":true,\"created_at\":\"";
    append_iso(out, activity.time);
    out += "Z\",\"org\":{\"id\":90000001,\"login\":\"kelvane\",\"gravatar_id\":\"\",\"url\":\"https://api.github.com/orgs/kelvane\",\"avatar_url\":\"https://avatars.githubusercontent.com/u/90000001?\"}}\n";
    file_.flush_if_full();
  }

  Result<> finish() override { return file_.close(); }

 private:
  struct Actor {
    std::string login, whole, user;  // "actor":{…}, and the shorter form inside payloads
  };

  const Actor& actor(PersonId id) {
    auto& actor = actors_[id];
    if (actor.whole.empty()) {
      actor.login = world_.community.login(id, Platform::kGithub);
      bool bot = actor.login.ends_with("[bot]");
      auto number = 900'000'000 + id;
      actor.whole = fmt::format("\"actor\":{{\"id\":{0},\"login\":\"{1}\",\"display_login\":\"{1}\",\"gravatar_id\":\"\",\"url\":\"https://api.github.com/users/{1}\",\"avatar_url\":\"https://avatars.githubusercontent.com/u/{0}?\"}},", number, actor.login);
      actor.user = fmt::format("{{\"login\":\"{}\",\"id\":{},\"type\":\"{}\",\"site_admin\":false}}", actor.login, number, bot ? "Bot" : "User");
    }
    return actor;
  }
  const std::string& login(PersonId id) { return actor(id).login; }

  static std::string_view repository_name(std::uint8_t place) { return places(Platform::kGithub)[place].substr(8); }  // behind "kelvane/"

  static void number(std::string& out, std::uint64_t value) {
    fmt::format_int digits{value};
    out.append(digits.data(), digits.size());
  }

  void month(std::int64_t time) {
    Day day{std::chrono::days{time / 86400}};
    if (file_.is_open() && day < month_end_) return;
    month_end_ = month_start(day, 1);
    file_.open(folder_ / (format_day(month_start(day)).substr(0, 7) + ".json"));
  }

  void begin(std::string& out, std::string_view type, const Activity& activity) {
    month(activity.time);
    out += "{\"id\":\"";
    number(out, static_cast<std::uint64_t>(kFirstEvent + events_++));
    out += "\",\"type\":\"";
    out += type;
    out += "\",";
    out += actor(activity.person).whole;
    out += repositories_[activity.place];
  }

  void url(std::string& out, const Activity& activity, std::string_view kind) {
    out += "\"html_url\":\"";
    out += urls_[activity.place];
    out += kind;
    number(out, activity.thread);
  }

  void issue(std::string& out, const Activity& activity, std::string_view state) {
    out += "\"issue\":{";
    url(out, activity, activity.thread_role == Role::kChange ? "/pull/" : "/issues/");
    out += "\",\"id\":";
    number(out, 2'000'000'000u + activity.root_id);
    out += ",\"number\":";
    number(out, activity.thread);
    out += ",\"title\":";
    text_.clear();
    composer_.title(activity, text_);
    append_json_string(out, text_);
    out += ",\"user\":";
    out += actor(activity.opener).user;
    out += activity.thread_role == Role::kBug ? ",\"labels\":[{\"name\":\"bug\"}]" : activity.thread_role == Role::kQuestion ? ",\"labels\":[{\"name\":\"question\"}]" : ",\"labels\":[]";
    out += ",\"state\":\"";
    out += state;
    out += "\",\"comments\":";
    number(out, activity.position - 1);
    out += ",\"created_at\":\"";
    append_iso(out, activity.opened);
    out += "Z\"";
    if (state == "closed") {
      out += ",\"closed_at\":\"";
      append_iso(out, activity.time);
      out += "Z\"";
    }
    if (activity.position == 1) body(out, activity);
    out += '}';
  }

  void body(std::string& out, const Activity& activity) {
    out += ",\"body\":";
    text_.clear();
    composer_.body(activity, text_);
    append_json_string(out, text_);
  }

  void pull(std::string& out, const Activity& activity) {
    bool closed = activity.kind != Kind::kPost;
    out += "\"number\":";
    number(out, activity.thread);
    out += ",\"pull_request\":{";
    url(out, activity, "/pull/");
    out += "\",\"id\":";
    number(out, 2'000'000'000u + activity.root_id);
    out += ",\"number\":";
    number(out, activity.thread);
    out += closed && activity.role == Role::kSilent ? ",\"state\":\"closed\",\"title\":" : ",\"state\":\"open\",\"title\":";
    text_.clear();
    composer_.title(activity, text_);
    append_json_string(out, text_);
    out += ",\"user\":";
    out += actor(activity.opener).user;
    out += ",\"created_at\":\"";
    append_iso(out, activity.opened);
    out += "Z\",\"merged\":";
    out += activity.kind == Kind::kMerge ? "true,\"merged_at\":\"" : "false,\"merged_at\":";
    if (activity.kind == Kind::kMerge) {
      append_iso(out, activity.time);
      out += "Z\"";
    } else {
      out += "null";
    }
    out += ",\"commits\":";
    number(out, activity.commits);
    out += ",\"additions\":";
    number(out, 1 + activity.thread_key % 120);
    out += ",\"deletions\":";
    number(out, activity.thread_key / 128 % 60);
    if (activity.position == 1) body(out, activity);
    out += '}';
  }

  void post(std::string& out, const Activity& activity) {
    if (activity.position == 1 && activity.role == Role::kChange) {
      begin(out, "PullRequestEvent", activity);
      out += "\"action\":\"opened\",";
      return pull(out, activity);
    }
    if (activity.position == 1) {
      begin(out, "IssuesEvent", activity);
      out += "\"action\":\"opened\",";
      return issue(out, activity, "open");
    }
    if (activity.role == Role::kReview) {
      begin(out, "PullRequestReviewEvent", activity);
      out += "\"action\":\"created\",\"review\":{\"id\":";
      number(out, 1'500'000'000u + activity.id);
      out += ",\"user\":";
      out += actor(activity.person).user;
      out += activity.key % 3 == 0 ? ",\"state\":\"approved\"" : ",\"state\":\"commented\"";
      body(out, activity);
      out += ",\"submitted_at\":\"";
      append_iso(out, activity.time);
      out += "Z\"},";
      return pull(out, activity);
    }
    begin(out, "IssueCommentEvent", activity);
    out += "\"action\":\"created\",";
    issue(out, activity, "open");
    out += ",\"comment\":{";
    url(out, activity, activity.thread_role == Role::kChange ? "/pull/" : "/issues/");
    out += "#issuecomment-";
    number(out, 1'500'000'000u + activity.id);
    out += "\",\"id\":";
    number(out, 1'500'000'000u + activity.id);
    out += ",\"user\":";
    out += actor(activity.person).user;
    out += ",\"created_at\":\"";
    append_iso(out, activity.time);
    out += "Z\"";
    body(out, activity);
    out += '}';
  }

  static void hash(std::string& out, const Repository::Id& id) {
    constexpr char kDigits[] = "0123456789abcdef";
    for (auto byte : id) {
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }

  // Commits are not listed, as in GH Archive since October 2025.
  void push(std::string& out, const Activity& activity) {
    begin(out, "PushEvent", activity);
    auto before = head_;
    // Commits come before their push, and soon before it: the latest of its own is its head.
    for (auto commit = commits_.begin(); commit != commits_.end();) {
      bool own = false;
      for (int i = 0; i < activity.commits; ++i) own = own || commit->first == commit_key(activity.key, i);
      if (own) head_ = commit->second;
      commit = own ? commits_.erase(commit) : commit + 1;
    }
    out += "\"repository_id\":700000001,\"push_id\":";
    number(out, 16'000'000'000u + static_cast<std::uint64_t>(events_));
    out += ",\"ref\":\"refs/heads/main\",\"head\":\"";
    hash(out, head_);
    out += "\",\"before\":\"";
    hash(out, before);
    out += '"';
  }

  void release(std::string& out, const Activity& activity) {
    begin(out, "ReleaseEvent", activity);
    const auto& work = world_.works[activity.work - 1u];
    fmt::format_to(std::back_inserter(out), "\"action\":\"published\",\"release\":{{\"id\":{},\"tag_name\":\"v{}\",\"name\":\"{}\",\"draft\":false,\"prerelease\":false,\"author\":{},\"published_at\":\"",
                   120'000'000 + work.number, work.version, work.title, actor(activity.person).user);
    append_iso(out, activity.time);
    out += "Z\"}";
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  OutFile file_;
  std::vector<Actor> actors_;
  std::vector<std::string> repositories_, urls_;
  std::string text_;
  Day month_end_{};
  std::int64_t events_ = 0;
  Repository repository_;
  std::vector<std::pair<std::uint64_t, Repository::Id>> commits_;  // not pushed yet: key and name
  Repository::Id head_{};
};

}  // namespace

std::unique_ptr<Writer> open_gharchive(const WriterContext& context) { return std::make_unique<GhArchiveWriter>(context); }

}  // namespace rapport::sim
