// How long raw records are kept. What was made of them stays: only `rapport replay` can no longer make it again.
#pragma once

#include <chrono>
#include <cstdint>

#include "connectors/connector.h"
#include "store/store.h"

namespace rapport {

// Lets go of the raw records of incremental streams that were last changed more than `keep` ago, as far as they have been given
// their meaning. Those of full listings stay: the next listing would bring them back. Returns how many went.
Result<std::int64_t> let_go_of_raw(Store& store, std::int64_t source_id, std::span<const Stream> streams, std::chrono::days keep);

}  // namespace rapport
