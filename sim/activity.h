// One thing somebody did, as plain data: no text in it. Texts are made from the keys when a writer wants them, so a
// day of a million activities is a hundred megabytes and not gigabytes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/community.h"
#include "sim/works.h"

namespace rapport::sim {

enum class Kind : std::uint8_t { kPost, kClose, kMerge, kPush, kCommit, kStar, kFork, kRelease };
inline constexpr std::size_t kKinds = 8;
std::string_view kind_name(Kind kind);

// What a post is for. The first seven open conversations.
enum class Role : std::uint8_t {
  kQuestion, kBug, kDiscussion, kAnnouncement, kChange, kChat, kSpam,
  kAnswer, kPartial, kFollowUp, kThanks, kMeToo, kOpinion, kReview, kBotNote,
  kSilent,  // a close or a merge: no words
};
inline constexpr std::size_t kRoles = 16;
std::string_view role_name(Role role);

enum class Language : std::uint8_t { kEnglish, kGerman, kFrench, kSpanish, kPortuguese, kChinese };
std::string_view language_code(Language language);

struct Activity {
  std::int64_t time = 0;         // Unix seconds, UTC
  std::uint64_t id = 0;          // unique on its platform, rising with the conversations; 0 where there is none
  std::uint64_t key = 0;         // of its text
  std::uint64_t thread_key = 0;  // of the title and what all posts share (SDK, version)
  std::uint64_t root_id = 0;     // id of the post that opened the conversation
  std::int64_t opened = 0;       // when that was
  std::uint32_t thread = 0;      // number of the conversation on its platform, from 1; 0 = none
  std::uint32_t position = 0;    // in the conversation, from 1
  std::uint32_t reply_to = 0;    // position; 0 = to nobody in particular
  PersonId person = 0, addressed = 0;  // addressed: whom it answers, where reply_to is set
  PersonId opener = 0;
  PersonId agent = 0;            // of a commit: the coding agent that wrote it for the person; 0 = none
  std::uint16_t problem = 0, work = 0;  // work: number, 0 = none
  std::uint16_t posts = 0;       // of the opening post: how many the conversation gets
  Kind kind = Kind::kPost;
  Platform platform = Platform::kForum;
  Role role = Role::kChat, thread_role = Role::kChat;
  Language language = Language::kEnglish, thread_language = Language::kEnglish;
  std::uint8_t place = 0;        // index into places(platform)
  std::uint8_t likes = 0;
  std::uint8_t commits = 0;      // of a push or a merge
  bool accepted = false;         // the asker marked it as the answer
};

// The key of the i-th commit of a push, from 0.
constexpr std::uint64_t commit_key(std::uint64_t push_key, int i) { return mix(push_key + static_cast<std::uint64_t>(i) * 7 + 3); }

// Where things happen on a platform: categories, channels, lists, repositories.
std::span<const std::string_view> places(Platform platform);

struct DayFacts {
  int day = 0;
  // Per series: without any work and without outside factors; with outside factors; with both (all noiseless); and
  // what was counted.
  std::array<double, kSeries> baseline{}, outside{}, expected{};
  std::array<std::int64_t, kSeries> observed{};
};

// Told everything, day by day. Within a day: first the conversations that open (whole, their later posts in them),
// then every activity of the day in order of time, then the day's numbers.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void thread(std::span<const Activity> posts) { (void)posts; }  // by time; only posts, closes and merges
  virtual void activity(const Activity& activity) { (void)activity; }
  virtual void day(const DayFacts& facts) { (void)facts; }
};

}  // namespace rapport::sim
