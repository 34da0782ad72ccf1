// What chat exports share: posts of one platform as they come, and who ever wrote there.
#pragma once

#include <vector>

#include "sim/writer.h"

namespace rapport::sim {

// Everybody with an account on the platform, bots among them, in order of id.
inline std::vector<PersonId> everybody_on(const World& world, Platform platform) {
  std::vector<PersonId> out;
  const auto& people = world.community.people();
  for (PersonId id = 0; id < people.size(); ++id)
    if (people[id].has(platform)) out.push_back(id);
  return out;
}

}  // namespace rapport::sim
