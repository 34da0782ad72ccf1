#include "identity/addresses.h"

#include <gtest/gtest.h>

#include "identity/account_kind.h"

namespace rapport {
namespace {

struct Case {
  const char* in;
  const char* want;
};

TEST(Addresses, tell_the_organization) {
  constexpr Case kCases[] = {
      {"ada@example.org", "example.org"},  {"ada@lists.example.co.uk", "example.co.uk"}, {"ada@mail.example.com.au", "example.com.au"},
      {"ada@gmail.com", ""},               {"ada@yahoo.co.uk", ""},                      {"1+ada@users.noreply.github.com", ""},
      {"ada@localhost", ""},               {"ada@host.local", ""},                       {"ada", ""},
      {"", ""},                            {"ADA@Example.ORG", "example.org"},           {"ada@mail.gmx.de", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(organization_domain(c.in), c.want) << c.in;
}

TEST(Addresses, tell_who_is_nobody) {
  for (const char* personal : {"ada@example.org", "ada@gmail.com", "1+ada@users.noreply.github.com", "ada.l+x@example.co.uk"})
    EXPECT_TRUE(is_personal_address(personal)) << personal;
  for (const char* nobody : {"", "ada", "root@localhost", "ada@laptop", "noreply@github.com", "no-reply@example.org", "you@example.com", "none@none",
                             "ada@host.(none)", "@example.org", "unknown@example.org"})
    EXPECT_FALSE(is_personal_address(nobody)) << nobody;
}

TEST(AccountKind, tells_people_from_programs) {
  struct Named {
    const char *said, *login, *name, *email, *want;
  };
  constexpr Named kCases[] = {
      {"", "ada", "Ada Example", "ada@example.org", "human"},  {"bot", "ada", "", "", "bot"},
      {"", "dependabot[bot]", "", "", "bot"},                  {"", "my-release-bot", "", "", "bot"},
      {"", "", "Renovate", "", "bot"},                         {"", "talbot", "Jo Talbot", "", "human"},
      {"", "abbot", "", "", "human"},                          {"", "robotnik", "", "", "human"},
      {"", "", "Claude", "noreply@anthropic.com", "agent"},    {"", "Copilot", "", "", "agent"},
      {"", "", "", "", "human"},                               {"bot", "devin-ai-integration[bot]", "", "", "agent"},
      {"bot", "renovate[bot]", "", "", "bot"},                 {"agent", "ada", "", "", "agent"},
  };
  for (const auto& c : kCases) EXPECT_EQ(kind_of_account(c.said, c.login, c.name, c.email).kind, c.want) << c.login << "/" << c.name;
}

}  // namespace
}  // namespace rapport
