// One source, many places of one kind (repositories, projects): a Reader that goes through all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace rapport {

struct ListedPlace {
  std::string key;    // sorted by it; what cursors are kept under
  std::string title;  // as the source spells it
};

// Sorted by key, none twice; may ask the network, and is asked once a Reader page, so it should remember.
using PlacesOf = std::function<Result<std::vector<ListedPlace>>()>;
using ReadPlace = std::function<std::unique_ptr<Reader>(const ListedPlace& place, const std::string& cursor)>;

// Reads one stream of every place in turn, each with a cursor of its own. Of several, one that is not there (any more) is set
// aside and does not keep the others from being read. `kind` is what a place is called: "repository".
std::unique_ptr<Reader> read_each_place(std::string_view kind, PlacesOf places, const std::string& cursor, ReadPlace read);

// For a list that a place may have switched off, or not show to us: where the server refuses it (403, 404), `what` ("issues of
// a/b") is set aside with the reason, and the cursor stays where it was, so that all is read once it is shown.
std::unique_ptr<Reader> while_shown(std::string what, const std::string& cursor, std::unique_ptr<Reader> inner);

}  // namespace rapport
