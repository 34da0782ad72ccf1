// The stream `topics` of a live forum: which topics are new or changed since the last time, and then each of them.
#pragma once

#include <memory>
#include <string>

#include "connectors/discourse/api.h"

namespace rapport::discourse {

// One page = one list page of /latest.json (no records) or one topic (one record).
//
// The list is sorted by activity, newest first, and moves while it is read. What a pass guarantees, and how:
//   - A topic bumped while we read moves up, out of the pages to come. Its bump is then newer than `newest`, the newest
//     one at the beginning of this pass, where the next pass begins to look.
//   - A topic deleted while we read moves the ones below it up, over the edge of a page that we have read. So each page
//     must begin where the one before it ended (at `reached`); where it does not, pages are read again backwards until
//     they overlap. All topics from `newest` down to `reached` have then been read, also over a pause of days.
//   - Answers get accepted, likes given, titles edited and topics deleted without a bump. So the pass goes on for
//     `look_back` beyond the newest of the last one and compares each topic with what the list said of it then; those
//     that no longer stand there are asked for one by one, and a refusal makes a tombstone.
std::unique_ptr<Reader> read_topics(const Forum& forum, const std::string& cursor, Http& http);

}  // namespace rapport::discourse
