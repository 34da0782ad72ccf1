// Asking GitHub: the tokens and their budgets, REST lists page by page, GraphQL.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "connectors/repositories.h"

namespace rapport::github {

// Which of several tokens to send. GitHub tells with every answer how much of a token's budget is left and when it is
// full again; REST ("core") and GraphQL have a budget each.
class Tokens {
 public:
  explicit Tokens(std::vector<std::string> tokens);

  bool empty() const { return tokens_.empty(); }
  std::size_t count() const { return tokens_.size(); }
  // The first token that is not known to be used up, else the one that will be full again first. REQUIRES: !empty().
  std::size_t choose(std::string_view budget, Time at) const;
  bool is_used_up(std::size_t token, std::string_view budget, Time at) const;
  // Takes X-RateLimit-Remaining and X-RateLimit-Reset of an answer into account.
  void note(std::size_t token, std::string_view budget, const HttpResponse& response);
  void note_used_up(std::size_t token, std::string_view budget, Time until);
  const std::string& text(std::size_t token) const { return tokens_[token].text; }

 private:
  struct Token {
    std::string text;
    Time core_until, graphql_until;  // used up until then
  };
  std::vector<Token> tokens_;
};

class Api {
 public:
  // `base`: "https://api.github.com", or "https://HOST/api/v3" of an Enterprise server; without a slash at its end.
  Api(std::string base, std::vector<std::string> tokens);

  bool has_token() const { return !tokens_.empty(); }
  const std::string& base() const { return server_.base; }
  // The address of something in a repository: "<base>/repos/<owner>/<name><path>".
  std::string address(const Repository& repository, std::string_view path) const;

  // GET. `accept` asks for another form of the same (stars with their dates). Errors: as get_json(); kRateLimited when the
  // budget of every token is used up.
  Result<JsonAnswer> get(Http& http, const std::string& url, std::string_view accept = {});
  // A page of a list. Errors: also as as_list().
  Result<RestList> list(Http& http, const std::string& url, std::string_view accept = {});
  // GraphQL: `root` of the answer is its `data.repository`. Errors: also those that GraphQL tells in the answer.
  Result<JsonAnswer> query(Http& http, const Repository& repository, std::string_view text, const std::vector<std::pair<std::string, std::string>>& variables);

  const RestServer& server() const { return server_; }

 private:
  JsonApi asking(std::size_t token, std::string_view accept) const;
  template <class Send>
  Result<JsonAnswer> with_a_token(std::string_view budget, std::string_view accept, const Send& send);

  RestServer server_;
  std::string graphql_;
  Tokens tokens_;
};

// `value` as a record of `repository`: its own JSON with the member `_repository` in front, because most of what GitHub
// lists does not say where it was found. More members may follow that one.
std::string record_of(const Repository& repository, const JsonValue& value, std::string_view more_members = {});
// That first member.
std::string named(const Repository& repository);

}  // namespace rapport::github
