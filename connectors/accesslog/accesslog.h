#pragma once

#include "connectors/connector.h"

namespace rapport {

// Visits of pages out of the access logs of web servers, as daily counts.
extern const ConnectorEntry kAccesslogConnector;

}  // namespace rapport
