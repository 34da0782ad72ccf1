// The git connector on repositories that git itself makes. What is expected is what git says of them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/process.h"
#include "base/text.h"
#include "sync/sync.h"
#include "tests/support/environment.h"
#include "tests/support/memory_store.h"
#include "tests/support/replay_http.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport {
namespace {

using test::ok;

class Git : public testing::Test {
 protected:
  Git() : store_(test::memory_store()) {
    workspace_.home = room_.path();
    workspace_.sources.push_back({"sdk", "git", {{"url", (room_ / "sdk").string()}, {"cache", (room_ / "cache").string()}}});
  }

  // Shell lines in the test's folder; `commit DATE MESSAGE` makes an empty commit of Ada's.
  std::string shell(const std::string& lines) {
    std::string script =
        "set -e; commit() { GIT_AUTHOR_DATE=\"$1\" GIT_COMMITTER_DATE=\"$1\" git commit -q --allow-empty -m \"$2\"; }\n" + lines;
    auto answer = run_process({.arguments = {"bash", "-c", script}, .folder = room_.path().string(),
                               .environment = {"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ada Example",
                                               "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada Example",
                                               "GIT_COMMITTER_EMAIL=ada@example.org", "HOME=" + room_.path().string()},
                               .input = {}});
    EXPECT_TRUE(ok(answer)) << lines;
    return answer ? std::string{trim(*answer)} : std::string{};
  }

  SourceResult collect() {
    test::ReplayHttp nobody{{}};
    NoProgress quiet;
    auto result = sync(store_, workspace_, nobody, {}, quiet);
    EXPECT_TRUE(ok(result));
    if (!result) return {};
    for (const auto& error : result->sources[0].errors) ADD_FAILURE() << error.what;
    return result->sources[0];
  }

  std::string ask(const std::string& sql) {
    auto answer = store_.query(sql);
    EXPECT_TRUE(ok(answer)) << sql;
    std::string out;
    if (answer)
      for (const auto& row : answer->rows) {
        if (!out.empty()) out += "\n";
        for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : "|") + to_text(row[i], answer->columns[i].type);
      }
    return out;
  }
  std::string hashes() { return ask("SELECT record_id FROM git_commit ORDER BY 1"); }

  test::TempFolder room_;
  Workspace workspace_;
  Store store_;
};

TEST_F(Git, merges_and_branches_give_what_rev_list_gives) {
  shell("git init -q -b main sdk; cd sdk; commit 2025-01-01T10:00:00Z one; git checkout -q -b side; commit 2025-01-02T10:00:00+05:30 two;"
        "git checkout -q main; commit 2025-01-03T10:00:00Z three; GIT_AUTHOR_DATE=2025-01-04T10:00:00Z GIT_COMMITTER_DATE=2025-01-04T10:00:00Z "
        "git merge -q --no-ff -m merge side; git branch other side; git checkout -q other; commit 2025-01-05T10:00:00Z four");
  collect();
  EXPECT_EQ(hashes(), shell("git -C sdk rev-list --all | LC_ALL=C sort"));
  EXPECT_EQ(ask("SELECT attributes->>'parents' FROM activity WHERE title = 'merge'"), "2");
  EXPECT_EQ(ask("SELECT happened_at FROM activity WHERE title = 'two'"), "2025-01-02T04:30:00Z");
}

TEST_F(Git, reverts_point_to_what_they_undo) {
  shell("git init -q -b main sdk; cd sdk; echo a > a; git add a; commit 2025-01-01T10:00:00Z 'Add a'; git revert --no-edit HEAD > /dev/null");
  collect();
  EXPECT_EQ(ask("SELECT attributes->>'reverts' FROM activity WHERE title LIKE 'Revert%'"), shell("git -C sdk rev-parse HEAD~1"));
  EXPECT_EQ(ask("SELECT (attributes->>'files') || ' ' || (attributes->>'added') FROM activity WHERE title = 'Add a'"), "1 1");
}

TEST_F(Git, trailers_of_every_role) {
  shell("git init -q -b main sdk; cd sdk; commit 2025-01-01T10:00:00Z \"$(printf 'Work\\n\\nSigned-off-by: Ben <ben@example.org>\\n"
        "Reviewed-by: Cleo <cleo@example.org>\\nAcked-by: Dia <dia@example.org>\\nTested-by: Eve <eve@example.org>\\n"
        "Reported-by: Fay <fay@example.org>\\nCo-authored-by: Gus <gus@example.org>\\nco-developed-by: Hal <hal@example.org>\\n"
        "Suggested-by: Ida <ida@example.org>\\nHelped-by: Jo <jo@example.org>\\nApproved-by: Kim <kim@example.org>')\"");
  collect();
  EXPECT_EQ(ask("SELECT attributes->>'role', x.name FROM activity a JOIN account x USING (account_id) WHERE a.kind = 'role' ORDER BY x.name"),
            "signer|Ben\nreviewer|Cleo\nacknowledger|Dia\ntester|Eve\nreporter|Fay\nco-author|Gus\nco-author|Hal\nsuggester|Ida\nhelper|Jo\napprover|Kim");
}

TEST_F(Git, tags_annotated_light_and_of_other_things) {
  shell("git init -q -b main sdk; cd sdk; echo a > a; git add a; commit 2025-01-01T10:00:00Z one; git tag light; GIT_COMMITTER_DATE=2025-02-01T10:00:00Z "
        "git tag -a v1 -m 'The first'; git tag tree HEAD^{tree}; git tag blob HEAD:a");
  collect();
  EXPECT_EQ(ask("SELECT title, happened_at, text FROM activity WHERE kind = 'release' ORDER BY title"),
            "light|2025-01-01T10:00:00Z|one\nv1|2025-02-01T10:00:00Z|The first");
  shell("git -C sdk tag -d v1");
  collect();
  EXPECT_EQ(ask("SELECT title FROM activity WHERE kind = 'release'"), "light") << "a tag that went";
}

TEST_F(Git, mailmap_links_spellings) {
  shell("git init -q -b main sdk; cd sdk; printf 'Ada Example <ada@example.org> <ada@old.example>\\n# a remark\\nnonsense\\n' > .mailmap; git add .mailmap;"
        "commit 2025-01-01T10:00:00Z one; GIT_AUTHOR_EMAIL=ada@old.example GIT_AUTHOR_NAME=ada commit 2025-01-02T10:00:00Z two");
  collect();
  EXPECT_EQ(ask("SELECT count(DISTINCT person_id) FROM account_person"), shell("git -C sdk shortlog -se HEAD | wc -l"));
  EXPECT_EQ(ask("SELECT position FROM rejected_record"), ".mailmap line 3");
}

TEST_F(Git, unbelievable_dates) {
  shell("git init -q -b main sdk; cd sdk; commit '@0 +0000' born; commit '@4294967295 +0000' far;"
        "GIT_AUTHOR_DATE='@4294967295 +0000' GIT_COMMITTER_DATE=2025-01-02T10:00:00Z git commit -q --allow-empty -m saved");
  collect();
  EXPECT_EQ(ask("SELECT title, happened_at FROM activity"), "saved|2025-01-02T10:00:00Z");
  EXPECT_EQ(ask("SELECT excerpt FROM rejected_record ORDER BY 1"), "born\nfar");
}

TEST_F(Git, texts_that_are_not_utf8) {
  shell("git init -q -b main sdk; cd sdk; printf 'caf\\351 declared' > m; git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -F m;"
        "printf 'caf\\351 undeclared' > m; GIT_AUTHOR_NAME=$(printf 'Ren\\351') git commit -q --allow-empty -F m 2> /dev/null");
  collect();
  EXPECT_EQ(ask("SELECT title FROM activity WHERE title LIKE '% declared'"), "café declared");
  EXPECT_EQ(ask("SELECT count(*) FROM activity WHERE title LIKE 'caf_% undeclared'"), "1");
}

TEST_F(Git, an_empty_repository) {
  shell("git init -q -b main sdk");
  EXPECT_EQ(collect().records, 0);
  shell("cd sdk; commit 2025-01-01T10:00:00Z one");
  EXPECT_EQ(collect().records, 1);
}

TEST_F(Git, a_detached_head_counts) {
  shell("git init -q -b main sdk; cd sdk; commit 2025-01-01T10:00:00Z one; git checkout -q --detach; commit 2025-01-02T10:00:00Z two");
  collect();
  EXPECT_EQ(ask("SELECT count(*) FROM git_commit"), "2");
}

TEST_F(Git, a_rewritten_history_between_syncs) {
  shell("git init -q -b main sdk; cd sdk; commit 2025-01-01T10:00:00Z one; commit 2025-01-02T10:00:00Z two");
  collect();
  shell("cd sdk; git reset -q --hard HEAD~1; commit 2025-01-03T10:00:00Z other; git reflog expire --expire=now --all; git gc -q --prune=now");
  collect();
  EXPECT_EQ(ask("SELECT title FROM activity WHERE kind = 'commit' AND title IN ('one', 'other') ORDER BY title"), "one\nother");
  EXPECT_EQ(collect().records, 0);
}

TEST_F(Git, shallow_and_remote_and_archived) {
  shell("git init -q -b main work; cd work; commit 2025-01-01T10:00:00Z one; commit 2025-01-02T10:00:00Z two; cd ..;"
        "git clone -q --depth 1 \"file://$PWD/work\" sdk");
  collect();
  EXPECT_EQ(ask("SELECT count(*) FROM git_commit"), "1");
  workspace_.sources[0].name = "remote";
  workspace_.sources[0].settings["url"] = "file://" + (room_ / "work").string();
  collect();
  shell("cd work; commit 2025-01-03T10:00:00Z three");
  EXPECT_EQ(collect().records, 1);
}

TEST_F(Git, nothing_in_an_archive_is_run) {
  shell("git init -q -b main work; (cd work; commit 2025-01-01T10:00:00Z one); git clone -q --bare work x.git;"
        "printf '#!/bin/sh\\ntouch %s/owned\\n' \"$PWD\" > evil; chmod +x evil; mkdir -p x.git/hooks;"
        "for hook in post-checkout reference-transaction pre-auto-gc post-index-change; do cp evil x.git/hooks/$hook; done;"
        "git -C x.git config core.fsmonitor \"$PWD/evil\"; git -C x.git config core.pager \"$PWD/evil\"; git -C x.git config core.sshCommand \"$PWD/evil\";"
        "git -C x.git config diff.external \"$PWD/evil\"; git -C x.git config log.showSignature true; git -C x.git config gpg.program \"$PWD/evil\";"
        "tar cf sdk x.git; mv sdk sdk.tar");
  workspace_.sources[0].settings["url"] = (room_ / "sdk.tar").string();
  collect();
  EXPECT_EQ(ask("SELECT count(*) FROM git_commit"), "1");
  EXPECT_FALSE(std::filesystem::exists(room_ / "owned"));
  // The same repository as a folder, where config cannot be left behind.
  workspace_.sources[0].name = "folder";
  workspace_.sources[0].settings["url"] = (room_ / "x.git").string();
  collect();
  EXPECT_FALSE(std::filesystem::exists(room_ / "owned"));
}

}  // namespace
}  // namespace rapport
