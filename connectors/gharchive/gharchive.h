#pragma once

#include "connectors/connector.h"

namespace rapport {

// The hours of the public timeline of GitHub that gharchive.org keeps.
extern const ConnectorEntry kGharchiveConnector;

}  // namespace rapport
