// Objects and their names as in gitformat-object(5) and "Git Internals - Git Objects": the SHA-1 of "<type> <size>\0<content>".
#include "sim/writers/repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/digest.h"

namespace rapport::sim {
namespace {

struct Place {
  std::string_view outer, inner, stem, ending;  // outer/inner/stem0.ending; inner may be empty
};
// In git's order: by name.
constexpr Place kFolders[] = {{"docs", "", "page", "md"}, {"go", "", "part", "go"}, {"java", "src", "part", "java"}, {"python", "kelvane", "part", "py"}, {"rust", "src", "part", "rs"}, {"typescript", "src", "part", "ts"}};
constexpr std::size_t kFilesPerFolder = 8;
constexpr std::size_t kLongestFile = 24;  // lines; small, since every commit hashes what it changes

Repository::Id name_object(std::string_view type, std::string_view content) {
  fmt::format_int size{content.size()};
  return sha1({type, " ", {size.c_str(), size.size() + 1}, content});  // with the NUL behind the size
}

void append_entry(std::string& tree, std::string_view mode, std::string_view name, const Repository::Id& id) {
  tree += mode;
  tree += ' ';
  tree += name;
  tree += '\0';
  tree.append(reinterpret_cast<const char*>(id.data()), id.size());
}

void append_hex(std::string& out, const Repository::Id& id) {
  for (auto byte : id) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
}

void append_line(std::string& out, std::uint32_t number) {
  constexpr std::string_view kVerbs[] = {"open", "merge", "flush", "verify", "replay", "count", "deploy", "issue"};
  auto hash = mix(number);
  out.append(2 * (hash % 4), ' ');
  out.append(kVerbs[hash / 7 % std::size(kVerbs)]).append("(").append(fmt::format_int{hash / 64 % 1000}.c_str()).append(", retry=");
  out += static_cast<char>('0' + hash / 4096 % 9);
  out += ")  # ";
  for (int shift = 60; shift >= 40; shift -= 4) out += "0123456789abcdef"[hash >> shift & 15];
  out += '\n';
}

}  // namespace

Repository::Repository(const World& world, const Composer& composer) : world_(world), composer_(composer), files_(std::size(kFolders) * kFilesPerFolder), folders_(std::size(kFolders)) {
  for (std::size_t file = 0; file < files_.size(); ++file) {
    const auto& place = kFolders[file % folders_.size()];
    files_[file].name = fmt::format("{}{}.{}", place.stem, file / folders_.size(), place.ending);
    folders_[file % folders_.size()].files.push_back(file);
  }
  for (auto& folder : folders_) std::sort(folder.files.begin(), folder.files.end(), [&](auto a, auto b) { return files_[a].name < files_[b].name; });
}

std::string Repository::path(std::size_t file) const {
  const auto& place = kFolders[file % std::size(kFolders)];
  return fmt::format("{}/{}{}{}", place.outer, place.inner, place.inner.empty() ? "" : "/", files_[file].name);
}

std::string Repository::signature(PersonId id, std::int64_t time) const {
  auto account = world_.community.account(id, Platform::kGit, world_.day_of(time));
  int zone = world_.community.person(id).utc_minutes;
  auto out = std::move(account.name);
  out.append(" <").append(account.email).append("> ").append(fmt::format_int{time}.c_str());
  out += zone < 0 ? " -" : " +";
  for (int number : {std::abs(zone) / 60, std::abs(zone) % 60}) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  }
  return out;
}

void Repository::compose_message(const Activity& commit) {
  message_.clear();
  composer_.commit_subject(commit, message_);
  if (message_.size() > 72) {  // a subject and a body, as it should be
    auto space = message_.rfind(' ', 68);
    if (space != std::string::npos && space > 10) message_ = message_.substr(0, space) + "\n\n" + message_.substr(space + 1);
  }
  message_ += '\n';
  if (commit.agent != 0 || commit.key % 11 == 0) message_ += '\n';
  auto trailer = [&](std::string_view word, PersonId id) {
    auto account = world_.community.account(id, Platform::kGit, world_.day_of(commit.time));
    fmt::format_to(std::back_inserter(message_), "{}: {} <{}>\n", word, account.name, account.email);
  };
  if (commit.key % 11 == 0) trailer("Signed-off-by", commit.person);
  // An agent works under its own name, committed by the person, or stands in a trailer of the person's commit.
  bool agent_is_author = commit.agent != 0 && commit.key % 3 == 0;
  if (commit.agent != 0) trailer("Co-authored-by", agent_is_author ? commit.person : commit.agent);
  committer_ = signature(commit.person, commit.time);
  author_ = agent_is_author ? signature(commit.agent, commit.time) : committer_;
}

void Repository::change(std::size_t index, Random& random) {
  auto& text = files_[index].text;
  auto& lengths = files_[index].lengths;
  auto where = static_cast<std::ptrdiff_t>(random.below(lengths.size() + 1));
  auto removed = static_cast<std::ptrdiff_t>(std::min<std::size_t>(lengths.size() - static_cast<std::size_t>(where), random.below(4)));
  auto added = lengths.size() >= kLongestFile ? static_cast<std::size_t>(removed) : static_cast<std::size_t>(removed) + random.below(9) + (lengths.empty() ? 12 : 0);
  std::size_t begin = 0, size = 0;
  for (auto line = lengths.begin(); line != lengths.begin() + where + removed; ++line) (line < lengths.begin() + where ? begin : size) += *line;
  lines_.clear();
  std::vector<std::uint16_t> new_lengths;
  for (std::size_t i = 0; i < added; ++i) {
    auto before = lines_.size();
    append_line(lines_, static_cast<std::uint32_t>(random.next()));
    new_lengths.push_back(static_cast<std::uint16_t>(lines_.size() - before));
  }
  text.replace(begin, size, lines_);
  lengths.erase(lengths.begin() + where, lengths.begin() + where + removed);
  lengths.insert(lengths.begin() + where, new_lengths.begin(), new_lengths.end());
}

void Repository::commit(const Activity& commit) {
  compose_message(commit);
  Random random{commit.key};
  changed_.clear();
  auto first = random.below(files_.size());
  for (int i = random.range(1, 3); i > 0; --i) {
    changed_.push_back((first + static_cast<std::size_t>(i) * folders_.size()) % files_.size());  // all of one folder
    change(changed_.back(), random);
  }
}

void Repository::name_folder(std::size_t folder) {
  object_.clear();
  for (auto file : folders_[folder].files)
    if (!files_[file].text.empty()) append_entry(object_, "100644", files_[file].name, files_[file].id);
  auto id = name_object("tree", object_);
  if (auto inner = kFolders[folder].inner; !inner.empty()) {
    object_.clear();
    append_entry(object_, "40000", inner, id);
    id = name_object("tree", object_);
  }
  folders_[folder].id = id;
}

const Repository::Id& Repository::name_commit() {
  for (auto file : changed_) files_[file].id = name_object("blob", files_[file].text);
  name_folder(changed_.front() % folders_.size());
  object_.clear();
  for (std::size_t folder = 0; folder < folders_.size(); ++folder)
    if (folders_[folder].id != Id{}) append_entry(object_, "40000", kFolders[folder].outer, folders_[folder].id);
  auto tree = name_object("tree", object_);
  object_ = "tree ";
  append_hex(object_, tree);
  if (head_ != Id{}) {
    object_ += "\nparent ";
    append_hex(object_, head_);
  }
  for (auto [word, who] : {std::pair{"\nauthor ", &author_}, {"\ncommitter ", &committer_}}) {
    object_ += word;
    object_ += *who;
  }
  object_ += "\n\n";
  object_ += message_;
  head_ = name_object("commit", object_);
  return head_;
}

}  // namespace rapport::sim
