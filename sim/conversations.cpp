#include "sim/conversations.h"

#include <algorithm>

namespace rapport::sim {
namespace {

// The pace of a place: median hours until somebody answers.
double median_hours(Platform platform) {
  switch (platform) {
    case Platform::kSlack:
    case Platform::kDiscord: return 0.5;
    case Platform::kZulip: return 2;
    case Platform::kStack: return 7;
    case Platform::kGithub: return 11;
    case Platform::kMail: return 12;
    default: return 5;
  }
}

Language language_of(std::string_view code) {
  for (int i = 0; i < 6; ++i)
    if (language_code(static_cast<Language>(i)) == code) return static_cast<Language>(i);
  return Language::kEnglish;
}

// Small hours are for sleeping: an act that would fall there waits for the morning.
std::int64_t after_sleep(std::int64_t time, int utc_minutes) {
  auto local = ((time + utc_minutes * 60) % 86400 + 86400) % 86400;
  return local >= 3600 && local < 7 * 3600 ? time + (7 * 3600 - local) + local % 3000 : time;
}

std::uint8_t place_of(Platform platform, Role role, Random& random) {
  switch (platform) {
    case Platform::kGithub: return role == Role::kChange || random.chance(0.75) ? 0 : static_cast<std::uint8_t>(random.range(1, 2));
    case Platform::kForum:
      if (role == Role::kQuestion || role == Role::kSpam) return 0;
      return role == Role::kAnnouncement ? 2 : random.chance(0.5) ? 1 : 3;
    case Platform::kSlack:
    case Platform::kDiscord:
    case Platform::kZulip:
      if (role == Role::kQuestion) return random.chance(0.85) ? 0 : 1;
      return role == Role::kAnnouncement ? 2 : random.chance(0.7) ? 1 : 3;
    case Platform::kMail: return role == Role::kQuestion || random.chance(0.5) ? 0 : 1;
    default: return 0;
  }
}

}  // namespace

Conversations::Conversations(const Community& community, const Topics& topics, const Pools& pools)
    : community_(community), topics_(topics), pools_(pools), end_(Time{community.parameters().end()}.time_since_epoch().count() / 1'000'000) {}

PersonId Conversations::other(Interest interest, PersonId not_this) {
  PersonId found = not_this;
  for (int attempt = 0; attempt < 5 && found == not_this; ++attempt) found = pools_.pick(posts_[0].platform, interest, random_);
  return found;
}

Activity& Conversations::add(Role role, PersonId person, double hours_after, std::uint32_t reply_to) {
  const auto& root = posts_[0];
  Activity post = root;
  post.kind = Kind::kPost;
  post.role = role;
  post.person = person;
  post.position = static_cast<std::uint32_t>(posts_.size()) + 1;
  post.reply_to = reply_to;
  post.addressed = posts_[reply_to > 0 ? reply_to - 1 : 0].person;
  auto longest = root.opened + (kLongestConversationDays - 1) * 86400;
  auto from = reply_to > 0 ? posts_[reply_to - 1].time : root.opened;
  auto wait = static_cast<std::int64_t>(std::max(20.0, hours_after * 3600));
  post.time = std::min(after_sleep(from + wait, community_.person(person).utc_minutes), longest);
  post.key = mix(root.key + post.position * 0x9e37u);
  post.accepted = false;
  post.likes = 0;
  // Answers come in the asker's language if the answerer speaks it.
  if (root.language != Language::kEnglish && person != root.person && language_of(community_.culture(community_.person(person)).language) != root.language)
    post.language = Language::kEnglish;
  posts_.push_back(post);
  return posts_.back();
}

void Conversations::question() {
  auto platform = posts_[0].platform;
  auto asker = posts_[0].person;
  double median = median_hours(platform);
  const auto& problem = topics_.problems()[posts_[0].problem];
  bool documented = topics_.topics()[problem.topic].is_documented();
  // Some problems are hard: fewer people know, and it takes longer.
  bool hard = mix(posts_[0].problem) % 4 == 0;
  double silence = 0.17 + (documented ? 0 : 0.10) + (hard ? 0.12 : 0) + (platform == Platform::kDiscord || platform == Platform::kMail ? 0.06 : 0);
  for (auto i = random_.poisson(0.2); i > 0; --i) add(Role::kMeToo, other(Interest::kTakePart, asker), random_.lognormal(40, 1.2), 1);
  if (random_.chance(silence)) return;
  auto helper = other(Interest::kHelp, asker);
  std::uint32_t at = 1;
  if (random_.chance(0.3)) {
    at = add(Role::kPartial, helper, random_.lognormal(median, 1.3), 1).position;
    if (random_.chance(0.2)) return;  // the asker never came back
    at = add(Role::kFollowUp, asker, random_.lognormal(median, 1.2), at).position;
  }
  auto& answer = add(Role::kAnswer, helper, random_.lognormal(median * (hard ? 3 : 1), 1.4), at);
  auto answered = answer.position;
  answer.likes = static_cast<std::uint8_t>(std::min<std::int64_t>(200, random_.poisson(1.2)));
  if ((platform == Platform::kForum || platform == Platform::kStack) && random_.chance(0.62)) answer.accepted = true;
  if (random_.chance(0.22)) add(Role::kAnswer, other(Interest::kHelp, asker), random_.lognormal(median * 2, 1.2), 1);
  if (random_.chance(0.5)) add(Role::kThanks, asker, random_.lognormal(4, 1.2), answered);
}

void Conversations::bug() {
  auto reporter = posts_[0].person;
  for (auto i = random_.poisson(0.5); i > 0; --i) add(Role::kMeToo, other(Interest::kTakePart, reporter), random_.lognormal(90, 1.3), 1);
  if (random_.chance(0.15)) {
    add(Role::kBotNote, community_.bot("stale[bot]"), 50 * 24, 1);
    auto& closed = add(Role::kSilent, community_.bot("stale[bot]"), 57 * 24, 1);
    closed.kind = Kind::kClose;
    return;
  }
  auto helper = other(random_.chance(0.6) ? Interest::kCode : Interest::kHelp, reporter);
  std::uint32_t at = 1;
  if (random_.chance(0.45)) {
    at = add(Role::kPartial, helper, random_.lognormal(14, 1.3), 1).position;
    at = add(Role::kFollowUp, reporter, random_.lognormal(12, 1.3), at).position;
  }
  if (random_.chance(0.7)) at = add(Role::kAnswer, helper, random_.lognormal(30, 1.3), at).position;
  if (random_.chance(0.65)) {
    auto& closed = add(Role::kSilent, helper, random_.lognormal(48, 1.2), at);
    closed.kind = Kind::kClose;
  }
}

void Conversations::change() {
  auto author = posts_[0].person;
  auto& root = posts_[0];
  root.commits = static_cast<std::uint8_t>(1 + std::min<std::int64_t>(5, random_.poisson(0.7)));
  if (random_.chance(0.09)) root.agent = community_.agents()[random_.below(community_.agents().size())];
  add(Role::kBotNote, community_.bot("kelvane-ci[bot]"), random_.between(0.1, 0.6), 1);
  auto reviewer = other(Interest::kCode, author);
  std::uint32_t at = 1;
  for (auto rounds = random_.poisson(0.8) + 1; rounds > 0; --rounds) {
    at = add(Role::kReview, reviewer, random_.lognormal(16, 1.2), at).position;
    if (rounds > 1) at = add(Role::kFollowUp, author, random_.lognormal(12, 1.2), at).position;
  }
  if (random_.chance(0.76)) {
    auto& merged = add(Role::kSilent, reviewer, random_.lognormal(3, 1), at);
    merged.kind = Kind::kMerge;
  } else if (random_.chance(0.6)) {
    auto& closed = add(Role::kSilent, reviewer, random_.lognormal(60, 1), at);
    closed.kind = Kind::kClose;
  }
}

void Conversations::chatter(double mean_replies, double hours) {
  std::uint32_t at = 1;
  auto opener = posts_[0].person;
  auto role = posts_[0].role == Role::kChat ? Role::kChat : Role::kOpinion;
  for (auto i = random_.poisson(mean_replies); i > 0; --i) {
    auto who = random_.chance(0.25) && at > 1 ? opener : other(Interest::kTakePart, opener);
    at = add(role, who, random_.lognormal(hours, 1.1), random_.chance(0.6) ? at : 1).position;
    posts_.back().likes = static_cast<std::uint8_t>(std::min<std::int64_t>(50, random_.poisson(0.4)));
  }
}

void Conversations::welcome() {
  auto platform = posts_[0].platform;
  bool has_bot = community_.person(community_.bot("welcome-bot")).has(platform);
  if (has_bot && posts_[0].work == 0 && random_.chance(0.04)) add(Role::kBotNote, community_.bot("welcome-bot"), 0.01, 1);
}

std::span<const Activity> Conversations::open(const Opening& opening) {
  random_ = Random{mix(opening.key)};
  auto platform = static_cast<std::size_t>(opening.platform);
  posts_.clear();
  Activity root;
  root.time = root.opened = opening.time;
  root.key = root.thread_key = opening.key;
  root.thread = ++next_thread_[platform];
  root.position = 1;
  root.person = root.opener = root.addressed = opening.person;
  root.problem = opening.problem;
  root.work = opening.work;
  root.platform = opening.platform;
  root.role = root.thread_role = opening.role;
  root.place = place_of(opening.platform, opening.role, random_);
  root.likes = static_cast<std::uint8_t>(std::min<std::int64_t>(200, random_.poisson(opening.role == Role::kDiscussion || opening.role == Role::kAnnouncement ? 2.5 : 0.5)));
  bool speaks_other = opening.role == Role::kQuestion && opening.platform != Platform::kGithub && opening.platform != Platform::kStack;
  auto own = language_of(community_.culture(community_.person(opening.person)).language);
  if (speaks_other && random_.chance(0.35)) root.language = root.thread_language = own;
  posts_.push_back(root);
  switch (opening.role) {
    case Role::kQuestion: question(); break;
    case Role::kBug: bug(); break;
    case Role::kChange: change(); break;
    case Role::kDiscussion: chatter(2.4, 9); break;
    case Role::kAnnouncement: chatter(1.8, 14); break;
    case Role::kChat: chatter(1.4, 0.1); break;
    default: break;
  }
  welcome();

  std::stable_sort(posts_.begin(), posts_.end(), [](const Activity& a, const Activity& b) { return a.time < b.time; });
  while (posts_.size() > 1 && posts_.back().time >= end_) posts_.pop_back();
  // Positions follow the order of time; replies follow their posts.
  std::vector<std::uint32_t> moved(64, 0);
  if (moved.size() <= posts_.size()) moved.resize(posts_.size() + 64);
  for (std::size_t i = 0; i < posts_.size(); ++i) {
    if (posts_[i].position >= moved.size()) moved.resize(posts_[i].position + 1, 0);
    moved[posts_[i].position] = static_cast<std::uint32_t>(i) + 1;
  }
  auto root_id = next_id_[platform] + 1;
  for (auto& post : posts_) {
    post.position = moved[post.position];
    if (post.reply_to > 0) post.reply_to = moved[post.reply_to];
    post.id = ++next_id_[platform];
    post.root_id = root_id;
    post.posts = static_cast<std::uint16_t>(posts_.size());
    post.commits = posts_[0].commits;
    post.agent = posts_[0].agent;
  }
  return posts_;
}

}  // namespace rapport::sim
