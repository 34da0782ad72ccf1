#include "sim/pools.h"

#include <algorithm>

namespace rapport::sim {

Pools::Pools(const Community& community) : community_(community), spells_(community.people().size()), next_arrival_(community.first_member()) {
  for (PersonId id = 0; id < spells_.size(); ++id) spells_[id].next_change = community.person(id).arrival;
}

void Pools::advance(int day) {
  const auto& people = community_.people();
  bool arrived = false;
  while (next_arrival_ < people.size() && people[next_arrival_].arrival <= day) {
    if (day > 0 || next_arrival_ % 8 == 0) newcomers_.push_back(next_arrival_);  // on day 0 most have been there before
    ++next_arrival_;
    arrived = true;
  }
  if (next_newcomer_ > 4096) {
    newcomers_.erase(newcomers_.begin(), newcomers_.begin() + static_cast<std::ptrdiff_t>(next_newcomer_));
    next_newcomer_ = 0;
  }
  if (day % 7 == 0 || (arrived && day == 0)) renew(day);
}

void Pools::renew(int day) {
  for (auto& platform : tables_)
    for (auto& table : platform) {
      table.until.clear();
      table.ids.clear();
    }
  auto add = [&](Platform platform, Interest interest, PersonId id, double weight) {
    auto& table = tables_[static_cast<std::size_t>(platform)][static_cast<std::size_t>(interest)];
    table.until.push_back((table.until.empty() ? 0 : table.until.back()) + weight);
    table.ids.push_back(id);
  };
  const auto& people = community_.people();
  for (PersonId id = 0; id < next_arrival_; ++id) {
    const auto& person = people[id];
    if (person.kind != PersonKind::kHuman || person.arrival > day) continue;
    auto& spell = spells_[id];
    while (spell.next_change <= day) {
      Random random{community_.seed(), Purpose::kSpell, id, spell.count + 1u};
      spell.present = !spell.present;
      double length;
      if (person.team) length = 1e6;
      // Many come once; who stays, stays long. The busy lapse less.
      else if (spell.present) length = spell.count == 0 && random.chance(0.45) ? 3 + random.exponential(8) : 20 + random.exponential(120 + 25 * person.weight);
      else length = random.chance(0.4) ? 30 + random.exponential(150) : 1e6;  // away, or gone for good
      spell.next_change += 1 + static_cast<int>(std::min(length, 1e6));
      ++spell.count;
    }
    if (!spell.present) continue;
    for (std::size_t p = 0; p < kPlatforms; ++p) {
      auto platform = static_cast<Platform>(p);
      if (!person.has(platform)) continue;
      if (!person.team) add(platform, Interest::kTakePart, id, person.weight * (1.05 - person.knowledge));
      add(platform, Interest::kHelp, id, person.weight * (0.02 + person.knowledge));
      if (person.codes && platform == Platform::kGithub) add(platform, Interest::kCode, id, person.weight);
    }
  }
}

PersonId Pools::pick(Platform platform, Interest interest, Random& random) const {
  const auto& table = tables_[static_cast<std::size_t>(platform)][static_cast<std::size_t>(interest)];
  if (table.ids.empty()) return community_.team()[0];
  double at = random.uniform() * table.until.back();
  auto found = std::upper_bound(table.until.begin(), table.until.end(), at) - table.until.begin();
  return table.ids[static_cast<std::size_t>(std::min<std::ptrdiff_t>(found, static_cast<std::ptrdiff_t>(table.ids.size()) - 1))];
}

bool Pools::take_newcomer(PersonId& id) {
  if (next_newcomer_ >= newcomers_.size()) return false;
  id = newcomers_[next_newcomer_++];
  return true;
}

}  // namespace rapport::sim
