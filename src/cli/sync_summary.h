// What `sync` and `replay` say at their end.
#pragma once

#include "cli/exit_code.h"
#include "sync/sync.h"

namespace rapport {

// Prints one line a source, its errors, and where to see what was set aside.
ExitCode print_sync_summary(const SyncResult& result, bool quiet);

}  // namespace rapport
