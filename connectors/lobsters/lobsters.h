#pragma once

#include "connectors/connector.h"

namespace rapport {

// Stories and comments of Lobsters, or of a site that runs its program.
extern const ConnectorEntry kLobstersConnector;

}  // namespace rapport
