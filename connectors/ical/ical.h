// Calendars (RFC 5545): events and who said that they would come.
#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kIcalConnector;

}  // namespace rapport
