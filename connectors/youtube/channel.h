// Requests to the YouTube Data API v3 about one channel. Each costs one unit of the day's quota.
#pragma once

#include <string>

#include "base/json_writer.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"

namespace rapport::youtube {

struct Access {
  JsonApi calls;
  std::string base;  // "https://www.googleapis.com/youtube/v3", no slash at the end
};
JsonApi calls_with(const std::string& key);

class Channel {
 public:
  // `name` is a handle ("@kelvane") or an id ("UC…").
  Channel(Access access, std::string name, Http& http) : access_(std::move(access)), name_(std::move(name)), http_(http) {}

  // Videos from the newest down, each {"video": {…}, "comments": [{…}, …]}.
  Result<ListPage> videos(const std::string& token);
  // How often each was seen until now: records "<video>/<day>".
  Result<ListPage> statistics(const std::string& token);

 private:
  struct Uploads {
    JsonAnswer videos;
    std::string token;
    std::string day;  // by YouTube's clock
  };
  Result<JsonAnswer> ask(const std::string& path);
  Result<Uploads> uploads(const std::string& token, int per_page, const std::string& parts);
  Result<RawRecord> record_of(const JsonValue& video, const std::string& id, Time published);
  Result<> write_comments(const std::string& video, JsonWriter& json);

  Access access_;
  std::string name_, playlist_;
  Http& http_;
};

}  // namespace rapport::youtube
