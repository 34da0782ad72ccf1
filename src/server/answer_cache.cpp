#include "server/answer_cache.h"

namespace rapport {

std::optional<Answer> AnswerCache::find(const std::string& key, const std::string& version) {
  std::lock_guard lock{mutex_};
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  if (found->second->version != version) {
    forget(found->second);
    return {};
  }
  kept_.splice(kept_.begin(), kept_, found->second);
  return kept_.front().answer;
}

void AnswerCache::keep(const std::string& key, const std::string& version, const Answer& answer) {
  Kept kept{key, version, answer};
  if (kept.bytes() > most_bytes_ / 4) return;
  std::lock_guard lock{mutex_};
  if (auto found = by_key_.find(key); found != by_key_.end()) forget(found->second);
  while (!kept_.empty() && bytes_ + kept.bytes() > most_bytes_) forget(std::prev(kept_.end()));
  bytes_ += kept.bytes();
  kept_.push_front(std::move(kept));
  by_key_[key] = kept_.begin();
}

void AnswerCache::forget(std::list<Kept>::iterator which) {
  bytes_ -= which->bytes();
  by_key_.erase(which->key);
  kept_.erase(which);
}

}  // namespace rapport
