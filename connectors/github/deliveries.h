// How GitHub tells and signs its webhook deliveries.
#pragma once

#include "connectors/deliveries.h"

namespace rapport::github {

extern const DeliveryKind kDeliveries;

}  // namespace rapport::github
