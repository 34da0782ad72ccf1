// Requests to a Forem (API v1): lists of articles, each article with its text and comments.
#pragma once

#include <string>

#include "connectors/json_api.h"
#include "connectors/passes.h"

namespace rapport::devto {

struct Forem {
  JsonApi calls;
  std::string base;  // "https://dev.to", no slash at the end
  std::chrono::seconds look_back{};
};

// Articles of a writer or organization are given newest first, those of a tag by how much they are talked about.
enum class ListOf { kTag, kWriter };

// A record is {"article": {…}, "comments": [tree of comments]}.
std::unique_ptr<Reader> read_articles(const Forem& forem, ListOf what, const std::string& name, std::string cursor, Http& http);

}  // namespace rapport::devto
