// Which repositories a source is about, at sites where one is called "owner/name": github, gitea.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/rest_list.h"

namespace rapport {

struct Repository {
  std::string owner, name;
  std::string full_name() const { return owner + "/" + name; }
  std::string key() const;  // lower case: names differ by more than case
};

// "owner/name", "owner" for all that an organization or user has, addresses of these; several by commas. `short_form` may stand
// before one: "github:". Errors: kBadInput for what is none of it.
struct WantedRepositories {
  std::vector<Repository> repositories;
  std::vector<std::string> owners;
  bool empty() const { return repositories.empty() && owners.empty(); }
};
Result<WantedRepositories> parse_repositories(std::string_view text, std::string_view short_form);

// The repositories of one source. An owner's are asked for once and remembered.
class Repositories {
 public:
  // `list` asks for a page of a list, at <base>/orgs/<owner>/repos?<page_size> or <base>/users/….
  using List = std::function<Result<RestList>(Http& http, const std::string& url)>;
  Repositories(WantedRepositories wanted, std::string base, std::string page_size, List list)
      : wanted_(std::move(wanted)), base_(std::move(base)), page_size_(std::move(page_size)), list_(std::move(list)) {}
  // Sorted by name, each once. Forks and what is switched off there are left out of an owner's. Errors: as `list`.
  Result<const std::vector<Repository>*> all(Http& http);

 private:
  Result<> list_owner(Http& http, const std::string& owner);

  WantedRepositories wanted_;
  std::string base_, page_size_;
  List list_;
  bool listed_ = false;
  std::vector<Repository> all_;
};

// Reads one stream of every repository in turn, as read_each_place().
using ReadRepository = std::function<std::unique_ptr<Reader>(const Repository& repository, const std::string& cursor)>;
std::unique_ptr<Reader> read_each_repository(std::shared_ptr<Repositories> repositories, Http& http, const std::string& cursor, ReadRepository read);

}  // namespace rapport
