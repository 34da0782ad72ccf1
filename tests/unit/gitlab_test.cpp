// What fixtures cannot say of the connectors gitlab and gitea: the many ways to name a project, and hosts that are none of theirs.
#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/gitea/gitea.h"
#include "connectors/gitlab/api.h"
#include "connectors/gitlab/gitlab.h"
#include "connectors/repositories.h"

namespace rapport::test {
namespace {

struct Case {
  const char* text;
  const char* want;
};

TEST(GitlabProjects, are_named_in_many_ways) {
  const Case kCases[] = {
      {"lark-tools/lark", "lark-tools/lark"},
      {" lark-tools/core/lark , Lark-Tools/docs.site", "lark-tools/core/lark Lark-Tools/docs.site"},
      {"https://gitlab.com/lark-tools/lark/", "lark-tools/lark"},
      {"https://gitlab.com/lark-tools/lark.git", "lark-tools/lark"},
      {"https://gitlab.example.com/lark-tools/core/lark/-/merge_requests/7?tab=1#note_3", "lark-tools/core/lark"},
      {"", ""},
      {"lark-tools", "refused"},
      {"77", "refused"},
      {"https://gitlab.com/lark-tools", "refused"},
      {"https://gitlab.com/groups/lark-tools/core", "refused"},
      {"lark-tools/../secrets", "refused"},
      {"lark-tools/-lark", "refused"},
      {"lark tools/lark", "refused"},
      {"lark-tools/lark?q=1/x", "lark-tools/lark"},
  };
  for (const auto& c : kCases) {
    auto projects = gitlab::parse_projects(c.text);
    EXPECT_EQ(projects ? join(*projects, " ") : "refused", c.want) << c.text;
  }
}

TEST(GitlabGroups, are_named_in_many_ways) {
  const Case kCases[] = {
      {"lark-tools", "lark-tools"},
      {"lark-tools/core", "lark-tools/core"},
      {"https://gitlab.com/lark-tools/", "lark-tools"},
      {"https://gitlab.com/groups/lark-tools/core/-/issues", "lark-tools/core"},
      {"https://gitlab.com/explore", "refused"},
      {"..", "refused"},
  };
  for (const auto& c : kCases) {
    auto groups = gitlab::parse_groups(c.text);
    EXPECT_EQ(groups ? join(*groups, " ") : "refused", c.want) << c.text;
  }
}

TEST(GitlabAndGitea, leave_to_others_what_is_not_theirs) {
  for (const char* what : {"https://docs.gitlab.com/api/rest", "https://forum.gitlab.com/c/general", "https://lark.gitlab.io/docs/page", "https://gitlab.com/lark-tools/lark.git",
                           "https://gitlab.com/lark-tools/lark/-/issues.atom", "https://gitlab.com/lark-tools/lark/-/raw/main/people.csv", "https://gitlab.com/users/sign_in", "https://gitlab.com",
                           "https://github.com/gitlab/gitea", "https://www.example.com/gitlab/lark", "gitlab", "gitlab/lark", "https://notgitlab.example.com/a/b"})
    EXPECT_EQ(kGitlabConnector.recognise(what).confidence, 0) << what;
  for (const char* what : {"https://docs.gitea.com/usage/webhooks", "https://forum.gitea.com/t/7", "https://blog.codeberg.org/news", "https://forgejo.org/docs", "https://codeberg.org/lark-tools/lark.git",
                           "https://codeberg.org/lark-tools.rss", "https://codeberg.org/lark-tools/lark/raw/branch/main/people.csv", "https://codeberg.org/explore/repos", "https://codeberg.org",
                           "https://github.com/go-gitea/gitea", "https://lark.codeberg.page/docs", "gitea/lark", "https://gitlab.com/lark-tools/lark"})
    EXPECT_EQ(kGiteaConnector.recognise(what).confidence, 0) << what;
}

}  // namespace
}  // namespace rapport::test
