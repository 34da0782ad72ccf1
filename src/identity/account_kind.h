// Human, bot or AI agent: what the names of an account say, with the reason in words.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

struct AccountKind {
  std::string kind;    // human | bot | agent
  std::string reason;  // empty for "human, because nothing says otherwise"
};

// `said` is what the source itself says ("bot" for GitHub Apps); empty if it does not.
AccountKind kind_of_account(std::string_view said, std::string_view login, std::string_view name, std::string_view email);

}  // namespace rapport
