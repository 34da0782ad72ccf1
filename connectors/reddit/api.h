// Requests to Reddit: with an app's own token, or its public listings.
#pragma once

#include <string>
#include <vector>

#include "connectors/json_api.h"
#include "connectors/passes.h"

namespace rapport::reddit {

struct Access {
  std::string site, api;  // "https://www.reddit.com", "https://oauth.reddit.com": no slash at the end
  std::string client_id, client_secret;  // of an app; both empty = the public listings
  std::string user;                      // who runs this; Reddit wants it in the User-Agent
  std::string query;                     // empty = everything of the subreddit
};

// One subreddit, or all of Reddit where `subreddit` is empty. Gets its token by itself, once.
class Listing {
 public:
  Listing(Access access, std::string subreddit, Http& http);
  // Submissions from the newest down, each with all its comments that Reddit hands out. A record is
  // {"post": {…}, "comments": [{…}, …], "hidden": n}, with n comments that it did not.
  Result<ListPage> fetch(const std::string& after);

 private:
  Result<JsonAnswer> ask(const std::string& path, const std::string& query);
  Result<> authorise();
  Result<RawRecord> record_of(const JsonValue& post);

  Access access_;
  std::string subreddit_;
  Http& http_;
  JsonApi calls_;
  bool authorised_ = false;
};

}  // namespace rapport::reddit
