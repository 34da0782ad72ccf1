// What a feed holds, whichever format it is in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace rapport::feed {

struct FeedLink {
  std::string url, title;
};

struct Parsed {
  enum class What { kFeed, kList, kNeither } what = What::kNeither;
  std::vector<FeedLink> links;       // of a list of feeds (OPML)
  std::string problem;               // why there is nothing, or not all; with the place where reading ended
  bool breaks_off = false;           // the text ends too early: it may come whole the next time
};

// The items of a feed as records into `page`, and one record of what the feed says of itself, named "feed <feed>"; `feed` is
// its address or file. Items are named "<feed> <id>"; without an id of their own, by their link, else by a hash of what they say.
// Formats: RSS 0.9 to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed, OPML. `charset` is that of the Content-Type, if any.
Parsed parse_feed(std::string_view bytes, std::string_view charset, const std::string& feed, Page& page);

// The beginning of a file looks like a feed or a list of feeds.
bool looks_like_feed(std::string_view beginning);
bool looks_like_list(std::string_view beginning);

// "feed <feed>": the record of the feed itself, and the position of a failure to read any of it.
std::string feed_record_id(const std::string& feed);
// Where the reading of a feed ended that has a problem: "<feed> line 12, column 4".
std::string place_of_problem(const std::string& feed, const Parsed& parsed);

}  // namespace rapport::feed
