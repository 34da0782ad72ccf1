// Releases and downloads from package registries. See README.md.
#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kPackagesConnector;

}  // namespace rapport
