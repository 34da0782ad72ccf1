// A conversation made whole at its opening: who asks what, who answers when, what is accepted, what stays open.
#pragma once

#include <array>
#include <vector>

#include "sim/activity.h"
#include "sim/pools.h"
#include "sim/text/topics.h"

namespace rapport::sim {

// Delays never reach further than this, so that what is still to come stays small.
inline constexpr int kLongestConversationDays = 60;

struct Opening {
  Platform platform = Platform::kForum;
  Role role = Role::kQuestion;
  PersonId person = 0;
  std::int64_t time = 0;
  std::uint64_t key = 0;
  std::uint16_t problem = 0, work = 0;
};

class Conversations {
 public:
  Conversations(const Community& community, const Topics& topics, const Pools& pools);

  // The posts in order of time, ids and numbers given, nothing later than the end of the simulated time. Pushes and
  // commits that follow a merge come with it. The span lives until the next call.
  std::span<const Activity> open(const Opening& opening);

 private:
  Activity& add(Role role, PersonId person, double hours_after, std::uint32_t reply_to);
  PersonId other(Interest interest, PersonId not_this);
  void question();
  void bug();
  void change();
  void chatter(double mean_replies, double hours);
  void welcome();

  const Community& community_;
  const Topics& topics_;
  const Pools& pools_;
  std::int64_t end_;
  std::array<std::uint64_t, kPlatforms> next_id_{};
  std::array<std::uint32_t, kPlatforms> next_thread_{};
  std::vector<Activity> posts_;
  Random random_{0};
};

}  // namespace rapport::sim
