// The ways of going through a list that grows at an API, so that the last months are there within a minute, the rest
// follows, and each later pass reads only what is new. What an API calls its pages is a token, opaque here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/settings.h"
#include "connectors/connector.h"

namespace rapport {

struct ListPage {
  Page page;          // records and rejections; `next` and `caught_up` are filled in by the pass
  std::string token;  // asks for the page behind this one; empty = this was the last
  std::optional<Time> newest, oldest;  // of the things on this page; none when it had none
};

// For a list that is given newest first. A pass goes down from the top to what is older than the newest thing of the pass
// before, less `look_back` (for what is edited, scored or answered without coming up again). What comes in above while a
// long pass is under way is read by the next.
std::unique_ptr<Reader> newest_first(std::string cursor, std::chrono::seconds look_back,
                                     std::function<Result<ListPage>(const std::string& token)> fetch);
// The setting `look_back_days`. Errors: kBadInput when it is not 0 to 3650.
Result<std::chrono::seconds> look_back_of(const Settings& settings);

// For a list that is given by the date of change, oldest first, from a date on. The first sync reads what changed within
// `kRecent`, then what is older; later ones what changed since. Each page is asked for by the newest date seen so far,
// because a list that is sorted by change moves under a page number; by token only where one date fills a page.
inline constexpr std::chrono::days kRecent{90};
struct Since {
  std::optional<Time> from;  // none = from the beginning
  std::string token;         // empty = the first page from there
};
std::unique_ptr<Reader> recent_first(std::string cursor, Time now, std::function<Result<ListPage>(const Since& since)> fetch);

// For a list that can be asked for what changed since a date, but is given in another order (by creation, say). The first sync
// reads what changed within `kRecent`, then everything; later ones what changed since the pass before began, by our clock and
// with an hour for clocks that differ. What moves down a page while a pass is under way is read twice.
std::unique_ptr<Reader> changed_since(std::string cursor, Time now, std::function<Result<ListPage>(const Since& since)> fetch);

// Several lists in turn, each with a cursor of its own that is kept under the list's name: a list that is added to the
// settings later is read from its beginning, one that is taken away is forgotten. Caught up when the last one is.
// REQUIRES: `lists` is not empty and names none twice.
std::unique_ptr<Reader> one_after_another(std::vector<std::string> lists, const std::string& cursor,
                                          std::function<std::unique_ptr<Reader>(const std::string& list, std::string cursor)> read);

}  // namespace rapport
