#pragma once

#include "connectors/connector.h"

namespace rapport {

// Posts on Bluesky: of your accounts, or found by its search.
extern const ConnectorEntry kBlueskyConnector;

}  // namespace rapport
