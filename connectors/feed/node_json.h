// An element of a feed as JSON, the way the model reads it.
#pragma once

#include "base/json_writer.h"
#include "connectors/xml.h"

namespace rapport::feed {

// {"#": text, "@href": …, "dc:creator": [ {…} ]}: repeated names are the items of an array. Markup in XHTML stands as text.
void write_node(JsonWriter& json, const xml::Node& node);

}  // namespace rapport::feed
