// The community's places as their APIs answer, out of the files of a simulation.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rapport::sim {

struct ApiRequest {
  std::string path;                                          // decoded, behind the API's prefix: "/latest.json"
  std::vector<std::pair<std::string, std::string>> query;    // decoded
  std::string base;                                          // "http://127.0.0.1:8080/github"
  std::string method, accept, authorization, body;           // the fields of these names
  bool shift = false;                                        // lists are to change now
  bool backoff = false;                                      // ask the client to wait, where the API has a way to
  // What is left of the limit, for APIs that tell in a way of their own.
  std::int64_t limit = 5000, remaining = 4999, reset = 0;    // requests; reset: Unix seconds

  std::string_view parameter(std::string_view name) const;   // the first of that name; empty if there is none
  std::int64_t number(std::string_view name, std::int64_t otherwise) const;
};

struct ApiAnswer {
  int status = 200;
  std::string type = "application/json; charset=utf-8", body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class Api {
 public:
  virtual ~Api() = default;
  virtual ApiAnswer answer(const ApiRequest& request) = 0;  // one at a time
  // How this API says 401, 429 or 500; without more it is as Discourse and Slack say it.
  virtual ApiAnswer refusal(const ApiRequest& request, int status) const;
};

struct ApiEntry {
  std::string_view prefix, summary;  // "/forum"
  Result<std::unique_ptr<Api>> (*open)(const std::filesystem::path& folder);  // of the simulation
};
std::span<const ApiEntry> apis();  // by prefix, sorted

ApiAnswer not_found();
inline constexpr const char* kJsonType = "application/json; charset=utf-8";

}  // namespace rapport::sim
