#include "connectors/chosen_streams.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace rapport {

Result<StreamNames> chosen_streams(const Settings& settings, std::span<const std::string> known) {
  StreamNames chosen;
  for (auto& name : listed(settings.text("streams"))) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      auto near = did_you_mean(name, known);
      return fail(Error::Kind::kBadInput, fmt::format("`streams` names {}, which there is not", printable(name)),
                  near.empty() ? fmt::format("there are: {}", join(known, ", ")) : fmt::format("did you mean {}?", near));
    }
    chosen.insert(std::move(name));
  }
  return chosen;
}

}  // namespace rapport
