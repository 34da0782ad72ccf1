#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kGithubConnector;

}  // namespace rapport
