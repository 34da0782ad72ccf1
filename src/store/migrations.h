// The schema: append-only migrations out of schema/NNNN_*.sql, then the views, which are replaced as a whole.
#pragma once

#include "store/store.h"

namespace rapport {

// The number of the newest migration that this program knows.
int newest_migration();
// Brings the database to the newest schema in one transaction. Errors: kCorrupt if it is of a newer program.
Result<> migrate(Store& store);
// Errors: kCorrupt if the database is not Rapport's, or needs a newer program.
Result<> check_schema(Store& store);

// Fills the fact tables (schema/views.sql) anew from what the store holds now. Inside the caller's transaction.
// O(activities · log activities).
Result<> refresh_facts(Store& store);

}  // namespace rapport
