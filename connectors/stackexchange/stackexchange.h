#pragma once

#include "connectors/connector.h"

namespace rapport {

// A data dump of a Stack Exchange site.
extern const ConnectorEntry kStackexchangeConnector;

}  // namespace rapport
