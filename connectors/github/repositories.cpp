#include "connectors/github/repositories.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::github {
namespace {

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 100 || text == "." || text == "..") return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; });
}

// What stands behind the host of an address; the text itself if it is none.
std::string_view behind_host(std::string_view text) {
  if (auto scheme = text.find("://"); scheme != std::string_view::npos) {
    auto slash = text.find('/', scheme + 3);
    return slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
  }
  if (starts_with_ignoring_case(text, "github:")) return text.substr(7);
  return text;
}

struct ManyCursor {
  std::string at;                            // the repository to go on with; empty = the first
  std::map<std::string, std::string> inner;  // where each one stands

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("at").value(at).key("in").begin_object();
    for (const auto& [name, cursor] : inner) json.key(name).value(cursor);
    json.end_object().end_object();
    return std::move(json).text();
  }
  static ManyCursor parse(const std::string& text) {
    ManyCursor cursor;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return cursor;
    cursor.at = (*root)["at"].text();
    for (const auto& [name, value] : (*root)["in"].members()) cursor.inner[std::string{name}] = value.text();
    return cursor;
  }
};

class ManyReader : public Reader {
 public:
  ManyReader(std::shared_ptr<Api> api, std::shared_ptr<Repositories> repositories, Http& http, ManyCursor cursor, ReadOne read_one)
      : api_(std::move(api)), repositories_(std::move(repositories)), http_(http), cursor_(std::move(cursor)), read_one_(std::move(read_one)) {}

  Result<Page> next() override {
    const auto& all = *TRY(repositories_->all(*api_, http_));
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.key() >= cursor_.at; });
    if (at == all.end()) {  // the last ones went away since
      Page nothing;
      cursor_.at.clear();
      nothing.caught_up = true;
      nothing.next = cursor_.to_text();
      return nothing;
    }
    auto key = at->key();
    if (inner_ == nullptr || key != cursor_.at) inner_ = read_one_(*at, cursor_.inner[key]);
    auto read = inner_->next();
    Page page;
    if (read) {
      page = std::move(*read);
      cursor_.inner[key] = page.next;
    } else if (all.size() > 1 && read.error().kind == Error::Kind::kNotFound) {
      page.rejected.push_back({"repository " + at->full_name(), read.error().what, {}});
      page.caught_up = true;
    } else {
      return fail(std::move(read).in("repository " + at->full_name()).error());
    }
    cursor_.at = key;
    if (page.caught_up) {
      inner_.reset();
      cursor_.at = ++at == all.end() ? std::string{} : at->key();
      page.caught_up = cursor_.at.empty();
    }
    page.next = cursor_.to_text();
    return page;
  }

 private:
  std::shared_ptr<Api> api_;
  std::shared_ptr<Repositories> repositories_;
  Http& http_;
  ManyCursor cursor_;
  ReadOne read_one_;
  std::unique_ptr<Reader> inner_;
};

}  // namespace

Result<Wanted> parse_wanted(std::string_view text) {
  Wanted wanted;
  for (auto part : split(text, ',')) {
    auto rest = behind_host(trim(part));
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

Result<> Repositories::list_owner(Api& api, Http& http, const std::string& owner) {
  auto url = fmt::format("{}/orgs/{}/repos?per_page=100", api.base(), owner);
  bool of_user = false;
  while (!url.empty()) {
    auto answer = api.get(http, url);
    if (!answer && answer.error().kind == Error::Kind::kNotFound && !of_user) {  // no organization: a person's
      of_user = true;
      url = fmt::format("{}/users/{}/repos?per_page=100", api.base(), owner);
      continue;
    }
    if (!answer) return fail(std::move(answer).in("repositories of " + owner).error());
    if (!answer->root.is_array())
      return fail(Error::Kind::kUpstream, fmt::format("GitHub does not list the repositories of {}", printable(owner)), "check `url`");
    for (const auto& one : answer->root.items()) {
      auto name = one["name"].text();
      if (name.empty() || one["fork"].truth() || one["disabled"].truth()) continue;
      all_.push_back({std::string{one["owner"]["login"].text(owner)}, std::string{name}});
    }
    of_user = true;
    url = TRY(api.next_page(answer->response));
  }
  return {};
}

Result<const std::vector<Repository>*> Repositories::all(Api& api, Http& http) {
  if (listed_) return &all_;
  all_ = wanted_.repositories;
  for (const auto& owner : wanted_.owners) TRY(list_owner(api, http, owner));
  std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.key() < b.key(); });
  all_.erase(std::unique(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.key() == b.key(); }), all_.end());
  listed_ = true;
  return &all_;
}

std::unique_ptr<Reader> read_all(std::shared_ptr<Api> api, std::shared_ptr<Repositories> repositories, Http& http, const std::string& cursor, ReadOne read_one) {
  return std::make_unique<ManyReader>(std::move(api), std::move(repositories), http, ManyCursor::parse(cursor), std::move(read_one));
}

}  // namespace rapport::github
