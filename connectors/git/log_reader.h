// Reads commits out of `git log`, page by page, in one child process.
#pragma once

#include <memory>

#include "connectors/connector.h"
#include "connectors/git/repository.h"

namespace rapport::git {

std::span<const StagingTable> staging_tables();

// Commits reachable from any ref, newest first, that were not there at the last caught-up read. The cursor is
// {"tips": […], "base": […], "offset": n}: the refs at the start of this pass, those of the last complete one,
// and how many commits of the difference have been handed over.
Result<std::unique_ptr<Reader>> read_commits(const Repository& repository, const std::string& cursor);

// Tags as raw records: {"name", "target", "tagger_name", "tagger_email", "time", "subject"}; a full listing.
Result<std::unique_ptr<Reader>> read_tags(const Repository& repository);

// The lines of HEAD:.mailmap as raw records {"name", "email", "other_name", "other_email"}; a full listing.
Result<std::unique_ptr<Reader>> read_mailmap(const Repository& repository);

}  // namespace rapport::git
