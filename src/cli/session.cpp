#include "cli/session.h"

namespace rapport {

Result<Workspace> workspace_of(const Globals& globals) { return open_workspace(globals.home); }

Result<Store> reader_of(const Workspace& workspace) { return Store::open_to_read(workspace.database()); }

Result<Store> writer_of(const Workspace& workspace, const Globals& globals) {
  return Store::open_to_write(workspace.database(), globals.command_line);
}

}  // namespace rapport
