// git/kelvane.git: a bare repository, made by `git fast-import` (see git-fast-import(1)) out of a stream that is
// written beside it and removed. Every commit changes lines of one to three source files, so that --numstat works.
#include <fmt/format.h>

#include <iterator>

#include "base/process.h"
#include "sim/out_file.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolders[] = {"typescript/src", "python/kelvane", "go", "rust/src", "java/src", "docs"};
constexpr std::string_view kEndings[] = {"ts", "py", "go", "rs", "java", "md"};
constexpr int kFilesPerFolder = 24;
constexpr std::size_t kLongestFile = 90;

class GitWriter : public Writer {
 public:
  explicit GitWriter(const WriterContext& context)
      : world_(context.world), composer_(context.composer), folder_(context.folder / "git"), stream_(folder_ / "kelvane.fast-import"),
        files_(std::size(kFolders) * kFilesPerFolder) {}

  void activity(const Activity& activity) override {
    if (activity.kind == Kind::kCommit) commit(activity);
    if (activity.kind == Kind::kRelease && commits_ > 0) tag(activity);
  }

  Result<> finish() override {
    if (commits_ > 0) mailmap();
    stream_.write("done\n");
    auto file = folder_ / "kelvane.fast-import";
    TRY(stream_.close());
    auto repository = (folder_ / "kelvane.git").string();
    std::error_code ignored;
    fs::remove_all(repository, ignored);
    // Nothing of this machine's configuration or templates gets in.
    const std::vector<std::string> environment{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"};
    TRY(run_process({.arguments = {"git", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", repository}, .folder = {}, .environment = environment, .input = {}, .input_file = {}}));
    TRY(run_process({.arguments = {"git", "-c", "fastimport.unpackLimit=0", "-c", "core.compression=1", "-C", repository, "fast-import", "--quiet", "--done"},
                     .folder = {}, .environment = environment, .input = {}, .input_file = file.string()}));
    fs::remove(file, ignored);
    return {};
  }

 private:
  struct File {
    std::vector<std::uint32_t> lines;  // a line is a function of its number
  };

  void who(std::string& out, std::string_view word, PersonId id, std::int64_t time) {
    auto account = world_.community.account(id, Platform::kGit, world_.day_of(time));
    int zone = world_.community.person(id).utc_minutes;
    fmt::format_to(std::back_inserter(out), "{} {} <{}> {} {}{:02}{:02}\n", word, account.name, account.email, time, zone < 0 ? '-' : '+', std::abs(zone) / 60, std::abs(zone) % 60);
  }

  void data(std::string& out, std::string_view text) { fmt::format_to(std::back_inserter(out), "data {}\n{}\n", text.size(), text); }

  static void line_text(std::string& out, std::uint32_t line) {
    constexpr std::string_view kVerbs[] = {"open", "merge", "flush", "verify", "replay", "count", "deploy", "issue"};
    auto hash = mix(line);
    fmt::format_to(std::back_inserter(out), "{:{}}{}({}, retry={})  # {:06x}\n", "", 2 * (hash % 4), kVerbs[hash / 7 % std::size(kVerbs)], hash / 64 % 1000, hash / 4096 % 9, hash >> 40);
  }

  void change_file(std::string& out, std::size_t index, Random& random) {
    auto& lines = files_[index].lines;
    auto where = random.below(lines.size() + 1);
    auto removed = std::min<std::size_t>(lines.size() - where, random.below(4));
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(where), lines.begin() + static_cast<std::ptrdiff_t>(where + removed));
    auto added = lines.size() >= kLongestFile ? removed : removed + random.below(9) + (lines.empty() ? 12 : 0);
    for (std::size_t i = 0; i < added; ++i) lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(where + i), static_cast<std::uint32_t>(random.next()));
    text_.clear();
    for (auto line : lines) line_text(text_, line);
    auto folder = index % std::size(kFolders);
    fmt::format_to(std::back_inserter(out), "M 100644 inline {}/{}{}.{}\n", kFolders[folder], folder == 5 ? "page" : "part", index / std::size(kFolders), kEndings[folder]);
    data(out, text_);
  }

  void commit(const Activity& commit) {
    auto& out = stream_.buffer();
    message_.clear();
    composer_.commit_subject(commit, message_);
    if (message_.size() > 72) {  // a subject and a body, as it should be
      auto space = message_.rfind(' ', 68);
      if (space != std::string::npos && space > 10) message_ = message_.substr(0, space) + "\n\n" + message_.substr(space + 1);
    }
    message_ += '\n';
    bool with_trailers = commit.agent != 0 || commit.key % 11 == 0;
    if (with_trailers) message_ += '\n';
    auto trailer = [&](std::string_view word, PersonId id) {
      auto account = world_.community.account(id, Platform::kGit, world_.day_of(commit.time));
      fmt::format_to(std::back_inserter(message_), "{}: {} <{}>\n", word, account.name, account.email);
    };
    if (commit.key % 11 == 0) trailer("Signed-off-by", commit.person);
    // An agent works under its own name, committed by the person, or stands in a trailer of the person's commit.
    bool agent_is_author = commit.agent != 0 && commit.key % 3 == 0;
    if (commit.agent != 0) trailer("Co-authored-by", agent_is_author ? commit.person : commit.agent);
    fmt::format_to(std::back_inserter(out), "commit refs/heads/main\nmark :{}\n", ++commits_);
    who(out, "author", agent_is_author ? commit.agent : commit.person, commit.time);
    who(out, "committer", commit.person, commit.time);
    data(out, message_);
    Random random{commit.key};
    auto first = random.below(files_.size());
    for (int i = random.range(1, 3); i > 0; --i) change_file(out, (first + static_cast<std::size_t>(i) * 6) % files_.size(), random);
    out += '\n';
    last_ = commit;
    stream_.flush_if_full();
  }

  void tag(const Activity& release) {
    const auto& work = world_.works[release.work - 1u];
    auto& out = stream_.buffer();
    fmt::format_to(std::back_inserter(out), "tag v{}\nfrom :{}\n", work.version, commits_);
    who(out, "tagger", release.person, release.time);
    data(out, work.title + "\n");
    stream_.flush_if_full();
  }

  // People who changed their name and wrote it down: half of those who did.
  void mailmap() {
    std::string text;
    const auto& people = world_.community.people();
    for (PersonId id = 0; id < people.size(); ++id) {
      if (people[id].later_family.empty() || !people[id].has(Platform::kGit) || id % 2 == 1) continue;
      auto spellings = world_.community.accounts(id, Platform::kGit);
      for (std::size_t i = 0; i + 1 < spellings.size(); ++i)
        text += fmt::format("{} <{}> {} <{}>\n", spellings.back().name, spellings.back().email, spellings[i].name, spellings[i].email);
    }
    if (text.empty()) return;
    auto& out = stream_.buffer();
    fmt::format_to(std::back_inserter(out), "commit refs/heads/main\nmark :{}\n", ++commits_);
    who(out, "author", last_.person, last_.time + 1);
    who(out, "committer", last_.person, last_.time + 1);
    data(out, "Add .mailmap\n");
    out += "M 100644 inline .mailmap\n";
    data(out, text);
    out += '\n';
  }

  const World& world_;
  const Composer& composer_;
  fs::path folder_;
  OutFile stream_;
  std::vector<File> files_;
  std::string text_, message_;
  std::uint64_t commits_ = 0;
  Activity last_;
};

}  // namespace

std::unique_ptr<Writer> open_git(const WriterContext& context) { return std::make_unique<GitWriter>(context); }

}  // namespace rapport::sim
