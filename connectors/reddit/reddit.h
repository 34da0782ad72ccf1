#pragma once

#include "connectors/connector.h"

namespace rapport {

// Submissions and comments of Reddit.
extern const ConnectorEntry kRedditConnector;

}  // namespace rapport
