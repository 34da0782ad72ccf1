#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kMatomoConnector;

}  // namespace rapport
