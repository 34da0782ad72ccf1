#include "connectors/repositories.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/each_place.h"

namespace rapport {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 100 || text == "." || text == "..") return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

// What stands behind the host of an address; the text itself if it is none.
std::string_view behind_host(std::string_view text, std::string_view short_form) {
  if (auto scheme = text.find("://"); scheme != std::string_view::npos) {
    auto slash = text.find('/', scheme + 3);
    return slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  }
  if (!short_form.empty() && starts_with_ignoring_case(text, short_form)) return text.substr(short_form.size());
  return text;
}

}  // namespace

std::string Repository::key() const { return lower_ascii(full_name()); }

Result<WantedRepositories> parse_repositories(std::string_view text, std::string_view short_form) {
  WantedRepositories wanted;
  for (auto part : split(text, ',')) {
    auto rest = behind_host(trim(part), short_form);
    while (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.ends_with("/*")) rest.remove_suffix(2);
    if (rest.ends_with(".git")) rest.remove_suffix(4);
    if (rest.empty()) continue;
    auto names = split(rest, '/');
    if (names.size() == 3 && names[0] == "orgs") names.erase(names.begin());  // github.com/orgs/<owner>/repositories
    bool good = is_name(names[0]) && (names.size() == 1 || is_name(names[1]));
    if (!good)
      return fail(Error::Kind::kBadInput, fmt::format("`repo` is to name repositories, not \"{}\"", elide(printable(trim(part)), 80)),
                  "write repo = \"owner/name\", several separated by commas, or \"owner\" for all of an organization");
    if (names.size() == 1 || (names[1] == "repositories" && part.find("/orgs/") != std::string_view::npos)) wanted.owners.emplace_back(names[0]);
    else wanted.repositories.push_back({std::string{names[0]}, std::string{names[1]}});
  }
  return wanted;
}

Result<> Repositories::list_owner(Http& http, const std::string& owner) {
  auto url = fmt::format("{}/orgs/{}/repos?{}", base_, owner, page_size_);
  bool of_user = false;
  while (!url.empty()) {
    auto list = list_(http, url);
    if (!list && list.error().kind == Error::Kind::kNotFound && !of_user) {  // no organization: a person's
      of_user = true;
      url = fmt::format("{}/users/{}/repos?{}", base_, owner, page_size_);
      continue;
    }
    if (!list) return fail(std::move(list).in("repositories of " + owner).error());
    for (const auto& one : list->items) {
      auto name = one["name"].text();
      if (name.empty() || one["fork"].truth() || one["disabled"].truth()) continue;
      all_.push_back({std::string{one["owner"]["login"].text(owner)}, std::string{name}});
    }
    of_user = true;
    url = list->next;
  }
  return {};
}

Result<const std::vector<Repository>*> Repositories::all(Http& http) {
  if (listed_) return &all_;
  all_ = wanted_.repositories;
  for (const auto& owner : wanted_.owners) TRY(list_owner(http, owner));
  std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.key() < b.key(); });
  all_.erase(std::unique(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.key() == b.key(); }), all_.end());
  listed_ = true;
  return &all_;
}

std::unique_ptr<Reader> read_each_repository(std::shared_ptr<Repositories> repositories, Http& http, const std::string& cursor, ReadRepository read) {
  auto places = [repositories, &http]() -> Result<std::vector<ListedPlace>> {
    std::vector<ListedPlace> listed;
    for (const auto& repository : *TRY(repositories->all(http))) listed.push_back({repository.key(), repository.full_name()});
    return listed;
  };
  return read_each_place("repository", std::move(places), cursor, [read = std::move(read)](const ListedPlace& place, const std::string& at) {
    auto slash = place.title.find('/');
    return read({place.title.substr(0, slash), place.title.substr(slash + 1)}, at);
  });
}

}  // namespace rapport
