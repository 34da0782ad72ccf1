// The two small lists of a live forum: its categories and its user directory.
#pragma once

#include <memory>
#include <string>

#include "connectors/discourse/api.h"

namespace rapport::discourse {

// All categories, subcategories included, in one page.
std::unique_ptr<Reader> read_categories(const Forum& forum, Http& http);

// The user directory, a page of it at a time. The forum makes it anew once a day and says when (`meta.last_updated_at`),
// so a sync on the same day costs one request. A forum may keep it closed: that is set aside once, not an error.
std::unique_ptr<Reader> read_users(const Forum& forum, const std::string& cursor, Http& http);

}  // namespace rapport::discourse
