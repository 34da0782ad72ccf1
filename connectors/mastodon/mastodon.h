#pragma once

#include "connectors/connector.h"

namespace rapport {

// Notes of a Mastodon instance: under hashtags, of accounts, or found by its search.
extern const ConnectorEntry kMastodonConnector;

}  // namespace rapport
