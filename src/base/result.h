// Result<T>: a value or an Error that a person can act on. The only way failures travel in Rapport.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace rapport {

// What went wrong and what the user can do about it. Never empty, never just a code. Printed as
//   error: <what>
//     while  <trail, outermost first>
//     fix    <fix>
// and sent over HTTP with the same four fields.
struct Error {
  enum class Kind {
    kBadInput,     // the user or a file gave something we cannot read
    kAuth,         // a credential is missing, expired or not allowed
    kNotFound,     // what was named does not exist
    kRateLimited,  // the other side asked us to come later
    kUpstream,     // the other side, the network or the disk failed; trying again may help
    kTimeout,      // the other side did not answer within our patience
    kBusy,         // another process holds what we need
    kCorrupt,      // our own data is damaged or not ours
    kCancelled,    // the user asked us to stop
    kBug,          // our fault
  };
  Kind kind = Kind::kBug;
  std::string what;                // one sentence, no full stop: "expected an array, got HTML"
  std::string fix;                 // what to do now: "check `url` of source forum in rapport.toml"
  std::vector<std::string> trail;  // added on the way up, innermost first: "page 3", "source forum"
};

// "bad_input", "auth", …: the spelling used in JSON.
const char* error_kind_name(Error::Kind kind);

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  // Adds a line of context when this is an error: `TRY(parse(x).in("line 3"))`.
  Result in(std::string context) && {
    if (!*this) this->error().trail.push_back(std::move(context));
    return std::move(*this);
  }
};

// return fail(Error::Kind::kBadInput, "no such metric: foo", "run `rapport metric` to see them");
inline tl::unexpected<Error> fail(Error::Kind kind, std::string what, std::string fix = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(what), std::move(fix), {}});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

namespace result_detail {
template <class T>
T take(Result<T>&& result) {
  return std::move(*result);
}
inline void take(Result<void>&&) {}
}  // namespace result_detail

// The value of `expression`, or return its error from the enclosing function.
#define TRY(expression)                                                             \
  ({                                                                                \
    auto try_result_ = (expression);                                                \
    if (!try_result_) return ::rapport::fail(std::move(try_result_).error());       \
    ::rapport::result_detail::take(std::move(try_result_));                         \
  })

}  // namespace rapport
