// The collecting loop, the only caller of connectors: several sources are read at once, one thread writes page ->
// raw_record and staging -> checkpoint, one transaction for what a stream brings in a second; then the models, then who is who.
// A crash at any moment costs what a stream brought in the last second, and two pages of each source; it repeats none.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "http/http.h"
#include "store/store.h"
#include "workspace/workspace.h"

namespace rapport {

struct SourceResult {
  std::string source, connector;
  std::int64_t records = 0;   // that were new or changed
  std::int64_t rejected = 0;  // set aside in this run
  std::int64_t activities = 0;
  double seconds = 0;         // spent on this source: reading, writing, giving meaning. Sources overlap
  std::vector<Error> errors;  // one a failed stream at most
};

struct SyncResult {
  std::vector<SourceResult> sources;
  std::int64_t rejected() const;
  bool failed() const;  // any source had an error
};

struct SyncOptions {
  std::vector<std::string> only;  // names of sources; empty = all
};

// Collects from every source; `http` is used by a thread for each. What fails in one source is in its SourceResult and stops no other.
// Errors: kNotFound for an unknown name in `only`, kCancelled, and failures of the store itself.
Result<SyncResult> sync(Store& store, const Workspace& workspace, Http& http, const SyncOptions& options, Progress& progress);

// Runs the models over everything that is stored, and identity after them. No network.
Result<SyncResult> replay(Store& store, const Workspace& workspace, const SyncOptions& options, Progress& progress);

}  // namespace rapport
