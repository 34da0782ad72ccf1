// Lists of conferences and their calls for papers: JSON files by year and topic.
#pragma once

#include "connectors/connector.h"

namespace rapport {

extern const ConnectorEntry kConferencesConnector;

}  // namespace rapport
