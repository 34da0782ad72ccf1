#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kGiteaConnector;

}  // namespace rapport
