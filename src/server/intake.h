// What other programs hand over by POST: activities in our own words, and webhooks of services. Nothing of it goes into the
// database here, for that has one writer at a time: it is appended to JSON lines under .rapport/inbox, on disk before we
// answer, and read by the next `rapport sync` as a source of connector `table` or `github`.
//
//   POST /api/v1/activities        one activity or a list of them          -> inbox/activities/<month>.jsonl
//   POST /api/v1/webhooks/{name}   whatever the service sends, with headers -> inbox/webhooks/<name>/<month>.jsonl
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "server/request.h"
#include "workspace/workspace.h"

namespace rapport {

class Intake {
 public:
  Intake(std::filesystem::path folder, IntakeRules rules) : folder_(std::move(folder)), rules_(std::move(rules)) {}

  // Whether `request` is for us: then it needs no known Host, for it must prove that it knows a secret.
  static bool takes(const Request& request);
  // 202 with what was taken; else an error, and nothing was taken. Thread-safe.
  Answer take(const Request& request);

 private:
  Result<Answer> take_activities(const Request& request);
  Result<Answer> take_webhook(const Request& request, const std::string& name);
  Result<> append(const std::filesystem::path& folder, const std::string& lines);

  std::filesystem::path folder_;
  IntakeRules rules_;
  std::mutex mutex_;
};

}  // namespace rapport
