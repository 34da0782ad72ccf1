// Everything about an answer but the sockets: who may ask, routes, ETags, the cache, compression, headers. Thread-safe.
#pragma once

#include "server/answer_cache.h"
#include "server/intake.h"
#include "server/reader_pool.h"
#include "server/routes.h"
#include "server/source_form.h"

namespace rapport {

class Service {
 public:
  Service(Site site, ReaderPool& readers, Intake& intake);

  // Never fails: what goes wrong is an answer too.
  Answer answer(Request request);

  // For the sockets' side: the answer to what is not to be answered at all (a strange Host, another method, another
  // site's page); none if it may go on.
  std::optional<Answer> refuse(const Request& request) const;
  // True if `request` asks for the endless stream of changes.
  static bool wants_changes(const Request& request);
  // Adds the headers that every answer has.
  static void protect(Answer& answer);

  ReaderPool& readers() { return readers_; }
  // What the data and this program answer now: another version, another ETag.
  std::string version() const;

 private:
  Answer api_answer(Request& request);
  Result<Answer> fresh_answer(const Route& route, const Request& request, const std::string& key);
  std::string version_of(const std::string& database_version) const;

  Site site_;
  ReaderPool& readers_;
  Intake& intake_;
  SourceForm form_;
  AnswerCache cache_;
};

}  // namespace rapport
