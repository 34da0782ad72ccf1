#include "sim/timeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/conversations.h"
#include "sim/series.h"

namespace rapport::sim {
namespace {

constexpr std::pair<Platform, double> kQuestionPlaces[] = {{Platform::kForum, 0.34}, {Platform::kGithub, 0.12}, {Platform::kSlack, 0.15}, {Platform::kDiscord, 0.15},
                                                           {Platform::kStack, 0.14}, {Platform::kMail, 0.05}, {Platform::kZulip, 0.05}};
constexpr std::pair<Platform, double> kDiscussionPlaces[] = {{Platform::kForum, 0.6}, {Platform::kMail, 0.2}, {Platform::kGithub, 0.2}};
constexpr std::pair<Platform, double> kChatPlaces[] = {{Platform::kSlack, 0.4}, {Platform::kDiscord, 0.45}, {Platform::kZulip, 0.15}};
constexpr std::pair<Platform, double> kSpamPlaces[] = {{Platform::kForum, 0.6}, {Platform::kDiscord, 0.2}, {Platform::kMail, 0.2}};
constexpr std::pair<Platform, double> kCodePlaces[] = {{Platform::kGithub, 1}};

Platform draw(std::span<const std::pair<Platform, double>> shares, Random& random) {
  double left = random.uniform();
  for (auto [platform, share] : shares)
    if ((left -= share) < 0) return platform;
  return shares.back().first;
}

// What happens on a day by itself, before it is known who does it.
enum class Cause : std::uint8_t { kQuestion, kDiscussion, kChat, kBug, kChange, kSpam, kAnnouncement, kStar, kFork, kPush };

struct Happening {
  std::int64_t time;
  std::uint64_t key;
  Cause cause;
  std::uint16_t work = 0;
};

class Run {
 public:
  Run(const World& world, Listener& listener)
      : world_(world), listener_(listener), seed_(world.community.seed()), pools_(world.community),
        series_(world.community, world.calendar, world.works), conversations_(world.community, world.topics, pools_),
        ahead_(kLongestConversationDays + 2), marked_(world.community.people().size()) {}

  void day(int day) {
    pools_.advance(day);
    draw_topics(day);
    auto facts = series_.day(day);
    plan(day, facts);
    for (const auto& happening : plan_) happen(happening);
    auto& due = ahead_[static_cast<std::size_t>(day) % ahead_.size()];
    std::sort(due.begin(), due.end(), [](const Activity& a, const Activity& b) { return a.time != b.time ? a.time < b.time : a.key < b.key; });
    for (auto& activity : due) {
      if (activity.kind == Kind::kCommit) activity.id = ++next_commit_;
      listener_.activity(activity);
    }
    count_ += static_cast<std::int64_t>(due.size());
    std::vector<Activity>{}.swap(due);  // the busiest day's memory must not stay in each of the ring's places
    listener_.day(facts);
    for (auto series : {Series::kVisits, Series::kSignups, Series::kFirstCalls}) count_ += facts.observed[static_cast<std::size_t>(series)];
  }

  std::int64_t count() const { return count_; }

 private:
  void draw_topics(int day) {
    double fraction = static_cast<double>(day) / world_.community.parameters().days(), sum = 0;
    topic_until_.clear();
    for (const auto& topic : world_.topics.topics()) topic_until_.push_back(sum += topic.weight_at(fraction));
  }

  std::uint16_t draw_problem(Random& random) const {
    auto found = std::upper_bound(topic_until_.begin(), topic_until_.end(), random.uniform() * topic_until_.back());
    const auto& topic = world_.topics.topics()[static_cast<std::size_t>(found - topic_until_.begin())];
    double u = random.uniform();  // the first problem of a topic is the commonest
    return static_cast<std::uint16_t>(topic.first_problem + static_cast<int>(u * u * topic.problems));
  }

  void plan(int day, const DayFacts& facts) {
    plan_.clear();
    double heads = series_.audience(day) * world_.calendar.people(day) * series_.scale();
    double busy = world_.calendar.outside_questions(day);
    auto add = [&](Cause cause, std::int64_t count) {
      Random random{seed_, Purpose::kThread, static_cast<std::uint64_t>(cause), static_cast<std::uint64_t>(day)};
      for (std::int64_t i = 0; i < count; ++i) plan_.push_back({world_.second(day) + second_of_day(random, zone(random)), random.next(), cause});
    };
    auto draw_count = [&](Cause cause, double rate) {
      Random random{seed_, Purpose::kDayCount, static_cast<std::uint64_t>(cause), static_cast<std::uint64_t>(day)};
      add(cause, random.poisson(rate * heads));
    };
    add(Cause::kQuestion, facts.observed[static_cast<std::size_t>(Series::kQuestions)]);
    draw_count(Cause::kDiscussion, kHabitual.discussions);
    draw_count(Cause::kChat, kHabitual.chats);
    draw_count(Cause::kBug, kHabitual.bugs * busy);
    draw_count(Cause::kChange, kHabitual.changes);
    draw_count(Cause::kSpam, kHabitual.spam);
    draw_count(Cause::kStar, kHabitual.stars * world_.calendar.outside_visits(day));
    draw_count(Cause::kFork, kHabitual.forks);
    draw_count(Cause::kPush, kHabitual.pushes);
    for (const auto& work : world_.works)
      if (work.day == day)
        plan_.push_back({world_.second(day) + 14 * 3600 + work.number % 3600, key_of(seed_, Purpose::kRelease, work.number), Cause::kAnnouncement, static_cast<std::uint16_t>(work.number)});
    std::sort(plan_.begin(), plan_.end(), [](const Happening& a, const Happening& b) { return a.time != b.time ? a.time < b.time : a.key < b.key; });
  }

  // Somebody's time zone, drawn as cultures are; the person is drawn later, near enough.
  int zone(Random& random) const {
    constexpr int kZones[] = {-300, -300, -180, 0, 60, 60, 120, 180, 330, 330, 480, 540};
    return kZones[random.below(std::size(kZones))];
  }

  void later(const Activity& activity) {
    int day = world_.day_of(activity.time);
    if (day < world_.community.parameters().days()) ahead_[static_cast<std::size_t>(day) % ahead_.size()].push_back(activity);
  }

  Opening opening_of(const Happening& happening, Random& random) {
    Opening opening{.time = happening.time, .key = happening.key, .problem = draw_problem(random), .work = happening.work};
    std::span<const std::pair<Platform, double>> places = kQuestionPlaces;
    auto interest = Interest::kTakePart;
    switch (happening.cause) {
      case Cause::kDiscussion: places = kDiscussionPlaces, opening.role = Role::kDiscussion; break;
      case Cause::kChat: places = kChatPlaces, opening.role = Role::kChat; break;
      case Cause::kSpam: places = kSpamPlaces, opening.role = Role::kSpam; break;
      case Cause::kBug: places = kCodePlaces, opening.role = Role::kBug; break;
      case Cause::kChange: places = kCodePlaces, opening.role = Role::kChange, interest = Interest::kCode; break;
      default: break;
    }
    opening.platform = draw(places, random);
    PersonId newcomer;
    // A first contact is most often a question, where the newcomer has an account.
    if (happening.cause == Cause::kQuestion && random.chance(0.7) && pools_.take_newcomer(newcomer)) {
      std::vector<Platform> possible;
      for (auto [platform, share] : kQuestionPlaces)
        if (world_.community.person(newcomer).has(platform)) possible.push_back(platform);
      opening.person = newcomer;
      opening.platform = possible[random.below(possible.size())];
    } else {
      opening.person = pools_.pick(opening.platform, interest, random);
    }
    if (happening.work != 0) {
      const auto& work = world_.works[happening.work - 1u];
      opening.role = Role::kAnnouncement;
      opening.platform = Platform::kForum;
      opening.person = work.owner;
      opening.problem = world_.topics.topics()[work.topic].first_problem;
    }
    return opening;
  }

  void push_commits(const Activity& like, int commits) {
    Activity push = like;
    push.kind = Kind::kPush;
    push.platform = Platform::kGithub;
    push.commits = static_cast<std::uint8_t>(commits);
    push.key = mix(like.key + 1);
    push.time = like.time + 2;
    push.id = 0;
    later(push);
    for (int i = 0; i < commits; ++i) {
      Activity commit = push;
      commit.kind = Kind::kCommit;
      commit.platform = Platform::kGit;
      commit.key = commit_key(push.key, i);
      commit.time = like.time - (commits - 1 - i);
      if (commit.time < like.time - like.time % 86400) commit.time = like.time;  // stays on its day
      later(commit);
    }
  }

  void happen(const Happening& happening) {
    Random random{happening.key};
    if (happening.cause == Cause::kStar || happening.cause == Cause::kFork || happening.cause == Cause::kPush) {
      Activity activity{.time = happening.time, .key = happening.key, .thread_key = happening.key, .problem = draw_problem(random), .platform = Platform::kGithub};
      bool code = happening.cause == Cause::kPush;
      bool machine = code && random.chance(0.25);
      activity.person = machine ? world_.community.bot("dependabot[bot]") : pools_.pick(Platform::kGithub, code ? Interest::kCode : Interest::kTakePart, random);
      activity.kind = happening.cause == Cause::kStar ? Kind::kStar : Kind::kFork;
      if (code) return push_commits(activity, machine ? 1 : random.range(1, 3));
      activity.place = random.chance(0.7) ? 0 : static_cast<std::uint8_t>(random.range(1, 2));
      // A person stars a repository once, and forks it once. Where nearly all have, nobody may be left to do it.
      auto bit = static_cast<std::uint8_t>(1u << (2 * activity.place + (activity.kind == Kind::kFork)));
      for (int tries = 0; (marked_[activity.person] & bit) != 0; activity.person = pools_.pick(Platform::kGithub, Interest::kTakePart, random))
        if (++tries > 4) return;
      marked_[activity.person] |= bit;
      return later(activity);
    }
    auto opening = opening_of(happening, random);
    auto posts = conversations_.open(opening);
    listener_.thread(posts);
    for (const auto& post : posts) {
      later(post);
      if (post.kind == Kind::kMerge && post.place == 0) {
        Activity author = post;
        author.person = post.opener;
        push_commits(author, std::max<int>(1, post.commits));
      }
    }
    if (happening.work != 0 && world_.works[happening.work - 1u].kind == WorkKind::kRelease) {
      Activity release = posts[0];
      release.kind = Kind::kRelease;
      release.platform = Platform::kGithub;
      release.person = world_.community.bot("releasetrain");
      release.id = 0;
      release.place = 0;
      release.thread = release.position = 0;
      later(release);
    }
  }

  const World& world_;
  Listener& listener_;
  std::uint64_t seed_;
  Pools pools_;
  SeriesModel series_;
  Conversations conversations_;
  std::vector<std::vector<Activity>> ahead_;  // by day, a ring
  std::vector<std::uint8_t> marked_;          // by person: two bits a repository, starred and forked
  std::vector<Happening> plan_;
  std::vector<double> topic_until_;
  std::uint64_t next_commit_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace

World::World(const Parameters& parameters) : community(parameters), calendar(parameters), works(make_works(community, calendar)) {}

std::int64_t World::second(int day) const { return (community.parameters().start + std::chrono::days{day}).time_since_epoch().count() * 86400; }

int World::day_of(std::int64_t time) const { return static_cast<int>((time - second(0)) / 86400); }

Result<std::int64_t> run_timeline(const World& world, Listener& listener, Progress& progress) {
  Run run{world, listener};
  int days = world.community.parameters().days();
  for (int day = 0; day < days; ++day) {
    if (progress.stop_requested()) return fail(Error::Kind::kCancelled, "stopped before the end; what is written is incomplete", "run it again");
    progress.report(fmt::format("day {}", format_day(world.calendar.date(day))), day, days);
    run.day(day);
  }
  return run.count();
}

}  // namespace rapport::sim
