#include "connectors/git/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::git {
namespace {

constexpr std::size_t kCommitsPerPage = 16384;
constexpr std::size_t kBytesPerPage = 48u << 20;
constexpr std::size_t kLongestMessage = 1u << 20;

constexpr ColumnSpec kCommitColumns[] = {
    {"record_id", ColumnType::kText},        // the full hash
    {"parents", ColumnType::kText},          // hashes, separated by blanks
    {"author_name", ColumnType::kText},      // as written, not through .mailmap
    {"author_email", ColumnType::kText},
    {"author_time", ColumnType::kTime},
    {"committer_name", ColumnType::kText},
    {"committer_email", ColumnType::kText},
    {"committer_time", ColumnType::kTime},
    {"message", ColumnType::kText},
    {"files", ColumnType::kInteger},         // NULL where the repository holds no files
    {"lines_added", ColumnType::kInteger},
    {"lines_deleted", ColumnType::kInteger},
};
constexpr StagingTable kTables[] = {{"git_commit", kCommitColumns}};

// \x01 opens a commit; every field ends with NUL, which neither names nor messages can hold.
constexpr const char* kFormat = "--format=%x01%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B";
constexpr std::size_t kFields = 9;

struct CommitCursor {
  std::vector<std::string> tips, base;
  std::int64_t offset = 0;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object();
    for (auto [name, hashes] : {std::pair{"tips", &tips}, std::pair{"base", &base}}) {
      json.key(name).begin_array();
      for (const auto& hash : *hashes) json.value(hash);
      json.end_array();
    }
    json.key("offset").value(offset).end_object();
    return json.text();
  }
  static CommitCursor parse(const std::string& text) {
    CommitCursor cursor;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return cursor;
    for (auto hash : (*root)["tips"].items()) cursor.tips.emplace_back(hash.text());
    for (auto hash : (*root)["base"].items()) cursor.base.emplace_back(hash.text());
    cursor.offset = (*root)["offset"].integer().value_or(0);
    return cursor;
  }
};

Result<std::vector<std::string>> tips_of(const Repository& repository) {
  auto listed = TRY(run_process(
      repository.command({"for-each-ref", "--format=%(if)%(*objecttype)%(then)%(*objecttype) %(*objectname)%(else)%(objecttype) "
                          "%(objectname)%(end)"})));
  std::vector<std::string> tips;
  for (auto line : split(listed, '\n'))
    if (line.starts_with("commit ")) tips.emplace_back(line.substr(7));
  // A detached HEAD, or a bare repository whose only ref is HEAD.
  if (auto head = run_process(repository.command({"rev-parse", "--verify", "--quiet", "HEAD^{commit}"})))
    tips.emplace_back(trim(*head));
  std::sort(tips.begin(), tips.end());
  tips.erase(std::unique(tips.begin(), tips.end()), tips.end());
  return tips;
}

// Those of `hashes` that the repository still holds: after a forced push the collector of garbage takes the others.
Result<std::vector<std::string>> still_there(const Repository& repository, const std::vector<std::string>& hashes) {
  std::vector<std::string> kept;
  if (hashes.empty()) return kept;
  auto answer = TRY(run_process(repository.command({"cat-file", "--batch-check=%(objectname) %(objecttype)"}, join(hashes, "\n") + "\n")));
  for (auto line : split(answer, '\n'))
    if (line.ends_with(" commit")) kept.emplace_back(line.substr(0, line.find(' ')));
  return kept;
}

std::optional<Time> unix_time(std::string_view digits) {
  std::int64_t seconds = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  // The store holds the years 1 to 9999.
  if (error != std::errc{} || end != digits.data() + digits.size() || seconds < -62'135'596'800 || seconds > 253'402'300'799)
    return std::nullopt;
  return time_from_unix(seconds);
}

class CommitReader : public Reader {
 public:
  CommitReader(Process log, CommitCursor cursor, bool with_files)
      : log_(std::move(log)), cursor_(std::move(cursor)), with_files_(with_files) {}

  Result<Page> next() override {
    Page page;
    page.rows.emplace_back(kCommitColumns);
    auto& rows = page.rows.front();
    std::size_t count = 0;
    while (count < kCommitsPerPage && rows.bytes() < kBytesPerPage) {
      if (!TRY(read_commit(page))) {
        TRY(log_.finish());
        page.caught_up = true;
        break;
      }
      ++count;
    }
    cursor_.offset += static_cast<std::int64_t>(count);
    page.done = cursor_.offset;
    if (page.caught_up) cursor_ = CommitCursor{{}, std::move(cursor_.tips), 0};
    page.next = cursor_.to_text();
    return page;
  }

 private:
  // One commit into the page; false at the end of the log.
  Result<bool> read_commit(Page& page) {
    if (!opener_) {
      auto first = log_.read_until('\0');
      if (!first || first->empty()) return false;
      opener_ = std::string{*first};
    }
    if (opener_->front() != '\x01') return fail(Error::Kind::kUpstream, "git log wrote something unexpected");
    std::string fields[kFields];
    fields[0] = opener_->substr(1);
    opener_.reset();
    bool cut = false;
    for (std::size_t i = 1; i < kFields; ++i) {
      auto field = log_.read_until('\0', kLongestMessage);
      if (!field) return fail(Error::Kind::kUpstream, "git log ended in the middle of a commit");
      cut |= log_.was_cut();
      fields[i] = *field;
    }
    std::int64_t files = 0, added = 0, deleted = 0;
    if (with_files_) TRY(read_changes(files, added, deleted));

    auto author_time = unix_time(fields[4]), committer_time = unix_time(fields[7]);
    if (fields[0].size() < 40 || (!author_time && !committer_time)) {
      page.rejected.push_back({"commit " + fields[0], "neither author nor committer date can be read",
                               fmt::format("{} / {}", fields[4], fields[7])});
      return true;
    }
    if (cut) page.rejected.push_back({"commit " + fields[0], "message longer than 1 MB; its beginning was kept", fields[8].substr(0, 200)});
    auto& rows = page.rows.front();
    rows.text(fields[0]).text(fields[1]).text(fields[2]).text(fields[3]);
    author_time ? rows.time(*author_time) : rows.null();
    rows.text(fields[5]).text(fields[6]);
    committer_time ? rows.time(*committer_time) : rows.null();
    rows.text(trim(fields[8]));
    if (with_files_) rows.integer(files).integer(added).integer(deleted);
    else rows.null().null().null();
    return true;
  }

  // The --numstat -z entries up to the next commit: "added TAB deleted TAB path", a rename as an empty path
  // followed by two paths.
  Result<> read_changes(std::int64_t& files, std::int64_t& added, std::int64_t& deleted) {
    for (;;) {
      auto token = log_.read_until('\0');
      if (!token) return {};
      std::string_view entry = *token;
      if (entry.starts_with('\n')) entry.remove_prefix(1);
      if (entry.empty()) continue;
      if (entry.front() == '\x01') {
        opener_ = std::string{entry};
        return {};
      }
      auto parts = split(entry, '\t');
      if (parts.size() < 3) return fail(Error::Kind::kUpstream, "git log --numstat wrote something unexpected");
      auto number = [](std::string_view digits) {  // "-" for binary files
        std::int64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
      };
      ++files;
      added += number(parts[0]);
      deleted += number(parts[1]);
      if (parts.size() == 3 && parts[2].empty()) {
        (void)log_.read_until('\0');
        (void)log_.read_until('\0');
      }
    }
  }

  Process log_;
  CommitCursor cursor_;
  bool with_files_;
  std::optional<std::string> opener_;  // the first field of the next commit, when it has been read already
};

// A reader of one page that is at hand already.
std::unique_ptr<Reader> one_page(Page page) {
  page.caught_up = true;
  return paged({}, [page = std::move(page)](const std::string&) -> Result<Page> { return page; });
}

}  // namespace

std::span<const StagingTable> staging_tables() { return kTables; }

Result<std::unique_ptr<Reader>> read_commits(const Repository& repository, const std::string& text) {
  auto cursor = CommitCursor::parse(text);
  // Where a tip went in the middle of a pass, the pass begins anew: rows are keyed, so none comes twice.
  if (TRY(still_there(repository, cursor.tips)).size() < cursor.tips.size()) cursor.tips.clear();
  if (cursor.tips.empty()) {
    cursor.tips = TRY(tips_of(repository));
    cursor.offset = 0;
    if (cursor.tips.empty() || cursor.tips == cursor.base) {
      Page nothing;
      cursor.base = cursor.tips;
      cursor.tips.clear();
      nothing.next = cursor.to_text();
      return one_page(std::move(nothing));
    }
  }
  std::vector<std::string> arguments = {"log", "--stdin", "-z", "--ignore-missing", "--encoding=UTF-8",
                                        "--no-show-signature", "--no-color", "--no-decorate", kFormat};
  if (cursor.offset > 0) arguments.push_back(fmt::format("--skip={}", cursor.offset));
  if (repository.has_files) arguments.insert(arguments.end(), {"--numstat", "-M", "--no-textconv", "--no-ext-diff"});
  std::string revisions;
  for (const auto& tip : cursor.tips) revisions += tip + "\n";
  for (const auto& base : TRY(still_there(repository, cursor.base))) revisions += "^" + base + "\n";
  auto log = TRY(Process::start(repository.command(std::move(arguments), std::move(revisions))));
  return std::unique_ptr<Reader>{std::make_unique<CommitReader>(std::move(log), std::move(cursor), repository.has_files)};
}

Result<std::unique_ptr<Reader>> read_tags(const Repository& repository) {
  auto listed = TRY(run_process(repository.command(
      {"for-each-ref", "refs/tags",
       "--format=%(refname:strip=2)%00%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)%00%(taggername)"
       "%00%(taggeremail:trim)%00%(creatordate:unix)%00%(subject)%00%(*objecttype)%(objecttype)"})));
  Page page;
  for (auto line : split(listed, '\n')) {
    auto fields = split(line, '\0');
    if (fields.size() < 7 || fields[6].find("commit") == std::string_view::npos) continue;  // tags of trees and blobs
    JsonWriter json;
    json.begin_object().key("name").value(fields[0]).key("target").value(fields[1]);
    json.key("tagger_name").value(fields[2]).key("tagger_email").value(fields[3]);
    auto time = unix_time(fields[4]);
    json.key("time");
    time ? json.value(format_time(*time)) : json.null();
    json.key("subject").value(fields[5]).end_object();
    page.records.push_back({repair_utf8(fields[0]), json.text(), time, false});
  }
  return one_page(std::move(page));
}

Result<std::unique_ptr<Reader>> read_mailmap(const Repository& repository) {
  Page page;
  auto text = run_process(repository.command({"cat-file", "blob", "HEAD:.mailmap"}));
  int number = 0;
  for (auto line : split(text ? std::string_view{*text} : std::string_view{}, '\n')) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    // "Proper Name <proper@mail> Commit Name <commit@mail>", each name optional, the second mail optional.
    std::string names[2], mails[2];
    bool broken = false;
    for (int i = 0; i < 2 && !line.empty() && !broken; ++i) {
      auto open = line.find('<'), close = line.find('>');
      broken = open == std::string_view::npos || close == std::string_view::npos || close < open;
      if (broken) break;
      names[i] = trim(line.substr(0, open));
      mails[i] = trim(line.substr(open + 1, close - open - 1));
      line = trim(line.substr(close + 1));
    }
    if (broken) {
      page.rejected.push_back({fmt::format(".mailmap line {}", number), "not a mailmap line", std::string{line.substr(0, 200)}});
      continue;
    }
    JsonWriter json;
    json.begin_object().key("name").value(names[0]).key("email").value(mails[0]);
    json.key("other_name").value(names[1]).key("other_email").value(mails[1]).end_object();
    page.records.push_back({fmt::format("line {}", number), json.text(), {}, false});
  }
  return one_page(std::move(page));
}

}  // namespace rapport::git
