#pragma once

#include "connectors/connector.h"

namespace rapport {

// Articles and comments of DEV, or of any other Forem.
extern const ConnectorEntry kDevtoConnector;

}  // namespace rapport
