// From what somebody names (a repository's address, a folder, an export) to the source that rapport.toml gets. `rapport add`
// and the form of the web page both go through here; nothing is written and no network is asked.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "workspace/workspace.h"

namespace rapport {

struct Understood {
  const ConnectorEntry* connector = nullptr;
  Recognised found;
};

// The connector that is surest about `what`; with `as`, that connector, whatever it makes of it.
// Errors: kNotFound for a path that is not there or an unknown connector; kBadInput if nobody knows `what`.
Result<Understood> understand(std::string_view what, std::string_view as = {});

// `wanted`, or wanted-2, wanted-3, …: what no source of the workspace is called yet.
std::string free_name(const Workspace& workspace, std::string wanted);

// What was understood as a source: `given` stands above what was found, `name` (may be empty) above the name that was found. Paths are
// written as they are meant from the folder of rapport.toml.
SourceConfig source_of(const Workspace& workspace, const Understood& understood, const std::map<std::string, std::string>& given, const std::string& name);

// Checks names and values as the next sync will, but for variables of secrets that are not set: these come back, one Error each,
// for they may be set before the first sync.
Result<std::vector<Error>> check_settings(const Workspace& workspace, const ConnectorEntry& connector, const SourceConfig& source);

// As check_settings(), and then as far as one gets without the network: opens the connector and builds its model.
Result<std::vector<Error>> check_source(const Workspace& workspace, const ConnectorEntry& connector, const SourceConfig& source);

// The declared setting that an error is about: errors write names of settings in `backticks`. Empty if it names none.
std::string_view setting_at_fault(const Error& error, std::span<const Setting> declared);

}  // namespace rapport
