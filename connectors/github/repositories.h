// One source, many repositories: which ones `repo` names, and a Reader that goes through all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/github/api.h"

namespace rapport::github {

// "owner/name", "owner" for all that an organization or user has, addresses of these; several by commas.
// Errors: kBadInput for what is none of it.
struct Wanted {
  std::vector<Repository> repositories;
  std::vector<std::string> owners;
  bool empty() const { return repositories.empty() && owners.empty(); }
};
Result<Wanted> parse_wanted(std::string_view text);

// The repositories of one source. An owner's are asked for once and remembered.
class Repositories {
 public:
  explicit Repositories(Wanted wanted) : wanted_(std::move(wanted)) {}
  // Sorted by name, each once. Forks and what is switched off at GitHub are left out of an owner's. Errors: as Api::get().
  Result<const std::vector<Repository>*> all(Api& api, Http& http);

 private:
  Result<> list_owner(Api& api, Http& http, const std::string& owner);

  Wanted wanted_;
  bool listed_ = false;
  std::vector<Repository> all_;
};

// Reads one stream of every repository in turn, each with a cursor of its own. Of several, one that is not there (any
// more) is set aside and does not keep the others from being read.
using ReadOne = std::function<std::unique_ptr<Reader>(const Repository& repository, const std::string& cursor)>;
std::unique_ptr<Reader> read_all(std::shared_ptr<Api> api, std::shared_ptr<Repositories> repositories, Http& http, const std::string& cursor, ReadOne read_one);

}  // namespace rapport::github
