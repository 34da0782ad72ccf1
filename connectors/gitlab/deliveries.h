// How GitLab tells and proves its webhook deliveries.
#pragma once

#include "connectors/deliveries.h"

namespace rapport::gitlab {

extern const DeliveryKind kDeliveries;

}  // namespace rapport::gitlab
