#pragma once

#include "connectors/connector.h"

namespace rapport {

// Mailing lists out of mbox files and Maildir folders.
extern const ConnectorEntry kMboxConnector;

}  // namespace rapport
