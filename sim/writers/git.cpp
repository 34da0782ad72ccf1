// git/kelvane.git: a bare repository, made by `git fast-import` (see git-fast-import(1)) out of a stream that is
// written beside it and removed. Every commit changes lines of one to three source files, so that --numstat works.
#include <fmt/format.h>

#include <iterator>

#include "base/process.h"
#include "sim/out_file.h"
#include "sim/writer.h"
#include "sim/writers/repository.h"

namespace rapport::sim {
namespace {

namespace fs = std::filesystem;

class GitWriter : public Writer {
 public:
  explicit GitWriter(const WriterContext& context)
      : world_(context.world), repository_(context.world, context.composer), folder_(context.folder / "git"), stream_(folder_ / "kelvane.fast-import") {}

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
  static void data(std::string& out, std::string_view text) { fmt::format_to(std::back_inserter(out), "data {}\n{}\n", text.size(), text); }

  void commit(const Activity& commit) {
    auto& out = stream_.buffer();
    repository_.commit(commit);
    fmt::format_to(std::back_inserter(out), "commit refs/heads/main\nmark :{}\nauthor {}\ncommitter {}\n", ++commits_, repository_.author(), repository_.committer());
    data(out, repository_.message());
    for (auto file : repository_.changed()) {
      fmt::format_to(std::back_inserter(out), "M 100644 inline {}\n", repository_.path(file));
      data(out, repository_.text(file));
    }
    out += '\n';
    last_ = commit;
    stream_.flush_if_full();
  }

  void tag(const Activity& release) {
    const auto& work = world_.works[release.work - 1u];
    auto& out = stream_.buffer();
    fmt::format_to(std::back_inserter(out), "tag v{}\nfrom :{}\ntagger {}\n", work.version, commits_, repository_.signature(release.person, release.time));
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
    fmt::format_to(std::back_inserter(out), "commit refs/heads/main\nmark :{0}\nauthor {1}\ncommitter {1}\n", ++commits_, repository_.signature(last_.person, last_.time + 1));
    data(out, "Add .mailmap\n");
    out += "M 100644 inline .mailmap\n";
    data(out, text);
    out += '\n';
  }

  const World& world_;
  Repository repository_;
  fs::path folder_;
  OutFile stream_;
  std::uint64_t commits_ = 0;
  Activity last_;
};

}  // namespace

std::unique_ptr<Writer> open_git(const WriterContext& context) { return std::make_unique<GitWriter>(context); }

}  // namespace rapport::sim
