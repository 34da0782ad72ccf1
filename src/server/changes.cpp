#include "server/changes.h"

#include "base/json_writer.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kQuiet{400};
constexpr std::chrono::seconds kAtTheLatest{5};

}  // namespace

bool ChangeWatch::look(const std::string& version, Clock::time_point now) {
  if (version != seen_) {
    if (seen_ == told_) began_at_ = now;
    seen_ = version;
    seen_at_ = now;
  }
  if (seen_ == told_) return false;
  if (now - seen_at_ < kQuiet && now - began_at_ < kAtTheLatest) return false;
  told_ = seen_;
  return true;
}

std::string change_event(const std::string& version) {
  JsonWriter json;
  json.begin_object().key("version").value(version).end_object();
  return "id: " + version + "\ndata: " + json.text() + "\n\n";
}

std::string change_greeting(const std::string& version, const std::string& last_event_id) {
  std::string greeting = "retry: 2000\n\n";
  if (!last_event_id.empty() && last_event_id != version) return greeting + change_event(version);
  return greeting + "id: " + version + "\n\n";  // without data nothing is told, but the id is remembered
}

}  // namespace rapport
