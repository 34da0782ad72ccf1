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
  bool shift = false;                                        // lists are to change now

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
};

struct ApiEntry {
  std::string_view prefix, summary;  // "/forum"
  Result<std::unique_ptr<Api>> (*open)(const std::filesystem::path& folder);  // of the simulation
};
std::span<const ApiEntry> apis();  // by prefix, sorted

ApiAnswer not_found();

}  // namespace rapport::sim
