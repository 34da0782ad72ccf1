// What most commands begin with: the workspace, and its database opened to read or to write.
#pragma once

#include "cli/command.h"
#include "store/store.h"
#include "workspace/workspace.h"

namespace rapport {

Result<Workspace> workspace_of(const Globals& globals);
Result<Store> reader_of(const Workspace& workspace);
// Errors: kBusy naming the command that writes already.
Result<Store> writer_of(const Workspace& workspace, const Globals& globals);

}  // namespace rapport
