#include "connectors/github/api.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::github {
namespace {

constexpr std::string_view kEnterprise = "/api/v3";
constexpr std::chrono::hours kWindow{1};  // a budget is full again after an hour at the latest

std::string graphql_address(const std::string& base) {
  if (base.ends_with(kEnterprise)) return base.substr(0, base.size() - kEnterprise.size()) + "/api/graphql";
  return base + "/graphql";
}

// GraphQL answers 200 and tells in `errors` what went wrong.
Error graphql_error(const JsonValue& root, const Repository& repository) {
  auto errors = root["errors"].items();
  JsonValue first = errors.empty() ? JsonValue{} : errors.front();
  auto type = first["type"].text();
  auto said = first["message"].text(root["message"].text("no data"));
  auto what = fmt::format("GitHub's GraphQL refuses {}: {}", printable(repository.full_name()), elide(printable(said), 200));
  if (type == "RATE_LIMITED" || type == "RATE_LIMIT")
    return {Error::Kind::kRateLimited, what, "sync again in an hour; it goes on where it stopped. More tokens, separated by commas, give more", {}};
  if (type == "NOT_FOUND") return {Error::Kind::kNotFound, what, "check `repo`; a private repository needs a token that may read it", {}};
  if (type == "FORBIDDEN" || type == "INSUFFICIENT_SCOPES")
    return {Error::Kind::kAuth, what, "give the token the right to read this repository: issues, pull requests and discussions", {}};
  return {Error::Kind::kUpstream, what, "try again later; the sync goes on where it stopped", {}};
}

}  // namespace

Tokens::Tokens(std::vector<std::string> tokens) {
  for (auto& token : tokens) tokens_.push_back({std::move(token), {}, {}});
}

bool Tokens::is_used_up(std::size_t token, std::string_view budget, Time at) const {
  const auto& one = tokens_[token];
  return (budget == "graphql" ? one.graphql_until : one.core_until) > at;
}

std::size_t Tokens::choose(std::string_view budget, Time at) const {
  std::size_t best = 0;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (!is_used_up(i, budget, at)) return i;
    auto until = [&](std::size_t token) { return budget == "graphql" ? tokens_[token].graphql_until : tokens_[token].core_until; };
    if (until(i) < until(best)) best = i;
  }
  return best;
}

void Tokens::note_used_up(std::size_t token, std::string_view budget, Time until) {
  (budget == "graphql" ? tokens_[token].graphql_until : tokens_[token].core_until) = until;
}

void Tokens::note(std::size_t token, std::string_view budget, const HttpResponse& response) {
  auto allowance = allowance_of(response);
  if (allowance && allowance->remaining == 0 && allowance->until_reset) note_used_up(token, budget, now() + *allowance->until_reset);
}

Api::Api(std::string base, std::vector<std::string> tokens) : server_{"GitHub", std::move(base)}, graphql_(graphql_address(server_.base)), tokens_(std::move(tokens)) {}

std::string Api::address(const Repository& repository, std::string_view path) const {
  return fmt::format("{}/repos/{}/{}{}", server_.base, percent_encoded(repository.owner), percent_encoded(repository.name), path);
}

JsonApi Api::asking(std::size_t token, std::string_view accept) const {
  JsonApi api;
  api.site = "GitHub";
  api.headers = {{"Accept", std::string{accept.empty() ? "application/vnd.github+json" : accept}}, {"X-GitHub-Api-Version", "2022-11-28"}};
  if (has_token()) api.headers.emplace_back("Authorization", "Bearer " + tokens_.text(token));
  if (!has_token()) api.auth_fix = "GitHub wants to know who asks: make a token at github.com/settings/tokens and set token = \"$NAME_OF_A_VARIABLE\"";
  else if (tokens_.count() == 1) api.auth_fix = "check that the token is still valid and may read this repository (and, in an organization with single sign-on, is authorized for it)";
  else api.auth_fix = fmt::format("check token number {} of {}: whether it is still valid and may read this repository", token + 1, tokens_.count());
  api.address_fix = has_token() ? "check `repo` and `url`, and that the token may read the repository; an Enterprise server's url ends in /api/v3"
                                : "check `repo` and `url`; a private repository needs a token that may read it";
  return api;
}

template <class Send>
Result<JsonAnswer> Api::with_a_token(std::string_view budget, std::string_view accept, const Send& send) {
  for (std::size_t tried = 1;; ++tried) {
    auto token = has_token() ? tokens_.choose(budget, now()) : 0;
    auto answer = send(asking(token, accept));
    if (answer) {
      if (has_token()) tokens_.note(token, budget, answer->response);
      return answer;
    }
    if (answer.error().kind != Error::Kind::kRateLimited) return answer;
    if (!has_token()) {
      answer.error().fix = "sync again then, it goes on where it stopped; or set `token`: with one GitHub answers 5,000 requests an hour instead of 60";
      return answer;
    }
    // The answer that says so has been kept by the client, and with it the time: an hour is the longest it can be.
    if (!tokens_.is_used_up(token, budget, now())) tokens_.note_used_up(token, budget, now() + kWindow);
    if (tried >= tokens_.count() || tokens_.is_used_up(tokens_.choose(budget, now()), budget, now())) {
      answer.error().fix += "; more tokens, separated by commas, give more requests an hour";
      return answer;
    }
  }
}

Result<JsonAnswer> Api::get(Http& http, const std::string& url, std::string_view accept) {
  return with_a_token("core", accept, [&](const JsonApi& api) { return get_json(api, http, url); });
}

Result<RestList> Api::list(Http& http, const std::string& url, std::string_view accept) { return as_list(server_, url, TRY(get(http, url, accept))); }

Result<JsonAnswer> Api::query(Http& http, const Repository& repository, std::string_view text,
                              const std::vector<std::pair<std::string, std::string>>& variables) {
  JsonWriter body;
  body.begin_object().key("query").value(text).key("variables").begin_object();
  body.key("owner").value(repository.owner).key("name").value(repository.name);
  for (const auto& [name, value] : variables) body.key(name).raw(value);
  body.end_object().end_object();
  return with_a_token("graphql", {}, [&](const JsonApi& api) -> Result<JsonAnswer> {
    auto answer = TRY(post_json(api, http, graphql_, body.text()));
    auto found = answer.root["data"]["repository"];
    if (!found.is_object() || answer.root["errors"].is_array()) return fail(graphql_error(answer.root, repository));
    answer.root = found;
    return answer;
  });
}

std::string record_of(const Repository& repository, const JsonValue& value, std::string_view more_members) {
  return with_members(named(repository), value, more_members);
}

std::string named(const Repository& repository) { return json_member("_repository", repository.full_name()); }

}  // namespace rapport::github
