// The streams of connectors that read several: their list, and the setting `streams` that says which of them the source is about.
#pragma once

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/settings.h"
#include "connectors/connector.h"

namespace rapport {

using StreamNames = std::set<std::string, std::less<>>;

// Empty = the setting names none, so the connector's own choice holds. Errors: kBadInput for a name that is not among `known`.
Result<StreamNames> chosen_streams(const Settings& settings, std::span<const std::string> known);

// The streams of a connector out of its own table of them, whose rows have a `name`, and one more.
template <class Row, std::size_t N>
constexpr std::array<Stream, N + 1> incremental_streams(const std::array<Row, N>& plan, std::string_view more) {
  std::array<Stream, N + 1> streams{};
  for (std::size_t i = 0; i < N; ++i) streams[i] = {plan[i].name, StreamKind::kIncremental};
  streams.back() = {more, StreamKind::kIncremental};
  return streams;
}

}  // namespace rapport
