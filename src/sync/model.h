// Gives raw records their meaning: runs a connector's model.sql inside the store and merges what it says into
// place, account, thread and activity. No network; run again at will.
#pragma once

#include <string>

#include "connectors/connector.h"
#include "store/store.h"

namespace rapport {

struct ModelSource {
  std::int64_t source_id = 0;
  std::string name, url;
  const ConnectorInfo* connector = nullptr;
  std::string model_sql;  // of the connector, with this source's mappings in place
};

enum class ModelScope {
  kChanged,  // records that came since the last time; everything, if the model itself changed or records went
  kAll,      // everything again
};

struct ModelResult {
  std::int64_t records = 0;     // records that were given meaning
  std::int64_t activities = 0;  // activities they gave
  std::int64_t rejected = 0;    // records the model could not use, now in rejected_record
  bool everything = false;      // all of the source was done again
};

// In one transaction. Afterwards the tables hold exactly what a run over all records would have given.
// Errors: kBadInput naming the SQL's own message when the model does not run. A model made of parts says which one it
// is at by SET VARIABLE model_step = '…'; that stands in the error's trail.
Result<ModelResult> run_model(Store& store, const ModelSource& source, ModelScope scope);

// Creates the staging tables of a connector, or adds columns that are new.
Result<> ensure_staging(Store& store, const ConnectorInfo& connector);

// The id of a source: the same on every machine for the same name.
Result<std::int64_t> source_id_of(Engine& store, std::string_view name);

}  // namespace rapport
