#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kGitlabConnector;

}  // namespace rapport
