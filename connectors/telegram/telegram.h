#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kTelegramConnector;

}  // namespace rapport
