// Calendars (RFC 5545) -> records, one an event. Of each event every property as it was written, escapes undone, times in a
// zone that the calendar itself defines with "@UTC" beside them:
//   {"calendar": {"name": …, "zone": …, "method": …}, "event": {"SUMMARY": [{"#": "Meetup"}], "ATTENDEE": [{"#": "mailto:…", "@PARTSTAT": …}], …}}
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport::ical {

bool looks_like_calendar(std::string_view beginning);

// Appends the events of `text` to `page`, those that were cancelled as gone, and what cannot be read as rejected with its
// position in `name`. False when the text ends within the calendar or is none.
bool read_calendar(std::string_view text, const std::string& name, Page& page);

}  // namespace rapport::ical
