# Functions for the shell lines of cases. Everything here is invented and has fixed dates, so hashes are fixed too.
export GIT_AUTHOR_NAME='Ada Example' GIT_AUTHOR_EMAIL='ada@example.org' GIT_COMMITTER_NAME='Ada Example' GIT_COMMITTER_EMAIL='ada@example.org'

# commit DAY NAME EMAIL MESSAGE: an empty commit in the current repository, written at noon UTC of that day.
commit() {
  GIT_AUTHOR_NAME="$2" GIT_AUTHOR_EMAIL="$3" GIT_AUTHOR_DATE="$1T12:00:00Z" \
    GIT_COMMITTER_NAME="$2" GIT_COMMITTER_EMAIL="$3" GIT_COMMITTER_DATE="$1T12:00:00Z" git commit -q --allow-empty -m "$4"
}

# repository FOLDER: three commits by two people, one with a co-author, and a release.
repository() (
  git init -q -b main "$1" && cd "$1" || exit
  commit 2025-01-06 'Ada Example' ada@example.org 'Add the parser'
  commit 2025-01-07 'Ben Sample' ben@example.com 'Fix a crash

Co-authored-by: Cleo Specimen <cleo@example.net>'
  commit 2025-01-14 'Ada Example' ada@example.org 'Document the parser'
  GIT_COMMITTER_DATE=2025-01-15T12:00:00Z git tag -a v1.0 -m 'First release'
)

# workspace: the current folder, with the source `sdk` collected.
workspace() {
  repository sdk && rapport init -q --project Example && rapport add -q sdk && rapport sync -q
}
