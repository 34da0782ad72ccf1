// Copies of the whole database, consistent while others read or write.
#pragma once

#include <string_view>

#include "store/store.h"

namespace rapport {

// Writes what `store` sees into a new database at `target`. Errors: kBadInput if `target` exists; kUpstream (disk),
// and then nothing is left at `target`.
Result<> write_backup(Store& store, const fs::path& target);

// Puts the backup in place of `database`. The file that was there is renamed beside it; returns its new name, empty
// if there was none. Readers that are open keep seeing the old one. Errors: kCorrupt if `backup` is no Rapport
// database; kBusy if a writer is at work.
Result<fs::path> restore_backup(const fs::path& database, const fs::path& backup, std::string_view who);

}  // namespace rapport
