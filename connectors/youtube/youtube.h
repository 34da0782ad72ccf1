#pragma once

#include "connectors/connector.h"

namespace rapport {

// Videos of a YouTube channel, with comments and daily views.
extern const ConnectorEntry kYoutubeConnector;

}  // namespace rapport
