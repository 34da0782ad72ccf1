// What is true in the simulated community, for whoever wants to check conclusions against it: truth/*.csv.
#pragma once

#include "sim/writer.h"

namespace rapport::sim {

// people, accounts, affiliations, organizations, works, effects, outside, series, effect_daily, counts: what is written
// whatever the formats are. Small: grows with people, works and days.
std::unique_ptr<Writer> open_truth(const WriterContext& context);

// "p000123", "w0042": how truth names people and works.
std::string person_name(PersonId id);
std::string work_name(std::uint32_t number);

}  // namespace rapport::sim
