// The streams that cost least through GraphQL, or that only it has; a token is needed for each. All newest first.
#pragma once

#include <memory>
#include <string>

#include "connectors/connector.h"
#include "connectors/github/lists.h"

namespace rapport::github {

// Pull requests with their sizes, branches and reviews: 50 a request.
std::unique_ptr<Reader> read_pulls(Place place, const std::string& cursor);
// Discussions with their comments, replies and answers: 20 a request.
std::unique_ptr<Reader> read_discussions(Place place, const std::string& cursor);
// Stars with their dates: 100 a request.
std::unique_ptr<Reader> read_stars(Place place, const std::string& cursor);

}  // namespace rapport::github
