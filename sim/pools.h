// Who is around: people arrive, lapse and return; the more somebody does, the likelier they are drawn.
#pragma once

#include <array>
#include <vector>

#include "sim/community.h"

namespace rapport::sim {

enum class Interest : std::uint8_t { kTakePart, kHelp, kCode };

class Pools {
 public:
  explicit Pools(const Community& community);

  // Moves on to `day`. Weights are renewed once a week. O(people) then, O(arrivals) on other days.
  // REQUIRES: days come in order.
  void advance(int day);

  // Somebody present on the platform, by weight. When nobody is: a member of the team.
  PersonId pick(Platform platform, Interest interest, Random& random) const;
  // Those who arrived and have not been seen yet, first come first served; false if nobody waits.
  bool take_newcomer(PersonId& id);

 private:
  struct Spell {
    int next_change = 0;
    std::uint16_t count = 0;
    bool present = false;
  };
  struct Table {
    std::vector<double> until;  // running sums of weights
    std::vector<PersonId> ids;
  };
  void renew(int day);

  const Community& community_;
  std::vector<Spell> spells_;
  std::array<std::array<Table, 3>, kPlatforms> tables_;
  std::vector<PersonId> newcomers_;
  std::size_t next_newcomer_ = 0;
  PersonId next_arrival_ = 0;
};

}  // namespace rapport::sim
