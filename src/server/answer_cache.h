// Answers that were given already, kept for as long as the database stays as it is. Thread-safe.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "server/request.h"

namespace rapport {

class AnswerCache {
 public:
  explicit AnswerCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  std::optional<Answer> find(const std::string& key, const std::string& version);
  // Forgets what was used longest ago where there is no room. What alone would fill a quarter is not kept.
  void keep(const std::string& key, const std::string& version, const Answer& answer);

 private:
  struct Kept {
    std::string key, version;
    Answer answer;
    std::size_t bytes() const { return key.size() + version.size() + answer.body.size() + 512; }
  };
  void forget(std::list<Kept>::iterator which);

  std::mutex mutex_;
  std::size_t most_bytes_, bytes_ = 0;
  std::list<Kept> kept_;  // last used first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
};

}  // namespace rapport
