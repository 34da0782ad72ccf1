#include "connectors/input_walk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/digest.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCompressions[] = {".gz", ".zst", ".xz", ".bz2"};
constexpr std::string_view kArchives[] = {".tar", ".tgz", ".zip", ".7z"};
constexpr std::size_t kPiece = 1 << 18;
constexpr std::int64_t kHead = 1024;

bool stamp(InputFile& file) {
  struct stat status {};
  if (::stat(file.path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  file.size = status.st_size;
  file.modified = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  return true;
}

bool is_packed_name(std::string_view name) { return unpacked_name(name).size() != name.size() || is_archive_name(name); }

}  // namespace

std::string unpacked_name(std::string_view name) {
  auto lower = lower_ascii(name);
  for (auto ending : kCompressions)
    if (lower.ends_with(ending)) return lower.substr(0, lower.size() - ending.size());
  return lower;
}

bool is_archive_name(std::string_view name) {
  auto plain = unpacked_name(name);
  return std::any_of(std::begin(kArchives), std::end(kArchives), [&](auto ending) { return plain.ends_with(ending); });
}

Result<std::vector<InputFile>> find_input_files(const std::string& where, bool (*wanted)(std::string_view name)) {
  std::vector<InputFile> found;
  std::error_code failed;
  auto add = [&](const fs::path& path, std::string name) {
    InputFile file{path, repair_utf8(name)};
    if (stamp(file)) found.push_back(std::move(file));
  };
  if (fs::is_directory(where, failed)) {
    for (auto it = fs::recursive_directory_iterator(where, fs::directory_options::skip_permission_denied, failed); !failed && it != fs::end(it); it.increment(failed)) {
      auto name = it->path().filename().string();
      if (name.starts_with('.')) {
        if (it->is_directory(failed)) it.disable_recursion_pending();
        continue;
      }
      auto inside = it->path().lexically_relative(where).string();
      if (wanted(inside)) add(it->path(), inside);
    }
  } else if (fs::is_regular_file(where, failed)) {
    add(where, fs::path{where}.filename().string());
  } else {
    glob_t matches{};
    auto fixed = where.substr(0, where.rfind('/', where.find_first_of("*?[")) + 1);  // the folder before the first wildcard
    if (::glob(where.c_str(), 0, nullptr, &matches) == 0)
      for (std::size_t i = 0; i < matches.gl_pathc; ++i) add(matches.gl_pathv[i], std::string{matches.gl_pathv[i]}.substr(fixed.size()));
    ::globfree(&matches);
  }
  if (found.empty())
    return fail(Error::Kind::kNotFound, fmt::format("no file of this kind at {}", printable(where)), "check `path` of this source in rapport.toml");
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

std::string first_bytes(const std::vector<InputFile>& files, bool (*wanted)(std::string_view name), std::size_t count) {
  std::string out;
  if (files.empty()) return out;
  InputWalk walk{{files.front()}, wanted, {}};
  if (!walk.next()) return out;
  while (walk.text().size() < count && walk.more()) {
  }
  return std::string{walk.text().substr(0, count)};
}

InputWalk::InputWalk(std::vector<InputFile> files, bool (*wanted)(std::string_view), const std::string& cursor)
    : files_(std::move(files)), wanted_(wanted) {
  JsonDocument document;
  auto root = document.parse(cursor);
  if (cursor.empty() || !root) return;
  for (auto& [name, value] : root->members()) {
    auto cells = value.items();
    if (cells.size() != 7) continue;
    auto number = [&](std::size_t i) { return cells[i].integer().value_or(0); };
    states_[std::string{name}] = State{number(0), number(1), {number(2), number(3), number(4)}, std::string{cells[5].text()}, cells[6].truth()};
  }
}

InputWalk::~InputWalk() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string InputWalk::cursor() const {
  JsonWriter json;
  json.begin_object();
  auto write = [&](const std::string& name, const State& state) {
    json.key(name).begin_array().value(state.size).value(state.modified).value(state.place.entry).value(state.place.offset);
    json.value(state.place.line).value(state.head).value(state.done).end_array();
  };
  for (const auto& [name, state] : states_)
    if (!file_open_ || name != files_[at_].name) write(name, state);
  if (file_open_) {
    const auto& file = files_[at_];
    auto from = resume_.line > 0 ? resume_ : onward();
    write(file.name, State{file.size, file.modified, from, head_of(file, from.offset), false});
  }
  json.end_object();
  return json.text();
}

std::string InputWalk::head_of(const InputFile& file, std::int64_t offset) const {
  if (is_packed_name(file.path.filename().string())) return {};
  std::ifstream in{file.path, std::ios::binary};
  std::string bytes(static_cast<std::size_t>(std::clamp<std::int64_t>(offset, 0, kHead)), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return sha256_hex(bytes, 16);
}

void InputWalk::problem(std::string reason) {
  problems_.push_back({name_.empty() ? files_[at_].name : fmt::format("{} byte {}", name_, place_.offset + static_cast<std::int64_t>(text().size())),
                       std::move(reason), {}});
}

// The file at `at_`, positioned where it is to be read from; false when there is nothing in it to read.
bool InputWalk::open_file() {
  const auto& file = files_[at_];
  auto& state = states_[file.name];
  bool packed = is_packed_name(file.path.filename().string());
  bool same = state.size == file.size && state.modified == file.modified;
  if (state.done && same) return false;
  Place from = state.place;
  if (!same && (packed || file.size < from.offset || state.head != head_of(file, from.offset))) from = {};
  state = State{file.size, file.modified, from, {}, false};
  name_.clear();
  damaged_ = false;
  if (packed) {
    auto opened = Archive::open(file.path);
    if (!opened) {
      problem(opened.error().what);
      state.done = true;
      return false;
    }
    archive_ = std::make_unique<Archive>(std::move(*opened));
  } else {
    descriptor_ = ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0 || ::lseek(descriptor_, from.offset, SEEK_SET) < 0) {
      problem(fmt::format("cannot read it: {}", std::strerror(errno)));
      state.done = true;
      return false;
    }
  }
  plain_ = !packed;
  file_open_ = true;
  entry_ = -1;
  place_ = from;
  resume_ = {0, 0, 0};
  return true;
}

bool InputWalk::open_entry() {
  const auto& file = files_[at_];
  buffer_.clear();
  start_ = scanned_ = 0;
  drained_ = line_ended_ = line_out_ = false;
  line_bytes_ = 0;
  if (plain_) {
    if (++entry_ > 0) return false;
    name_ = inside_ = file.name;
    return text_open_ = true;
  }
  auto from = place_;
  for (;;) {
    auto entry = archive_->next();
    if (!entry) {
      problem(entry.error().what);
      return false;
    }
    if (!*entry) return false;
    if (++entry_ < from.entry) continue;
    bool archive = is_archive_name(file.path.filename().string());
    if (archive && !wanted_((*entry)->name)) continue;
    inside_ = archive ? (*entry)->name : file.name;
    name_ = archive ? fmt::format("{}: {}", file.name, inside_) : file.name;
    if (archive && is_packed_name(inside_)) {
      problem("is packed inside of an archive: unpack it first");
      continue;
    }
    if (entry_ != from.entry) from = Place{entry_, 0, 1};
    place_ = Place{entry_, 0, from.line};
    text_open_ = true;
    while (place_.offset < from.offset) {  // what was read at an earlier time
      if (text().empty() && !more()) break;
      drop(static_cast<std::size_t>(std::min<std::int64_t>(from.offset - place_.offset, static_cast<std::int64_t>(text().size()))));
    }
    return true;
  }
}

bool InputWalk::next() {
  if (text_open_ && !plain_) place_ = Place{entry_ + 1, 0, 1};
  text_open_ = false;
  for (; at_ < files_.size(); ++at_) {
    if (!file_open_ && !open_file()) continue;
    if (open_entry()) return true;
    auto& state = states_[files_[at_].name];
    state.place = resume_.line > 0 ? resume_ : place_;
    state.head = head_of(files_[at_], state.place.offset);
    state.done = true;
    file_open_ = false;
    archive_.reset();
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  return false;
}

// Behind the last line that was given out.
InputWalk::Place InputWalk::onward() const {
  if (!line_out_) return place_;
  return {place_.entry, place_.offset + static_cast<std::int64_t>(line_bytes_) + (line_ended_ ? 1 : 0), place_.line + 1};
}

bool InputWalk::more() {
  if (drained_ || damaged_) return false;
  if (start_ > 0 && start_ * 2 >= buffer_.size()) {
    buffer_.erase(0, start_);
    scanned_ -= std::min(scanned_, start_);
    start_ = 0;
  }
  if (plain_) {
    auto before = buffer_.size();
    buffer_.resize(before + kPiece);
    ssize_t count;
    do count = ::read(descriptor_, buffer_.data() + before, kPiece);
    while (count < 0 && errno == EINTR);
    buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0) problem(fmt::format("cannot read on: {}", std::strerror(errno)));
    damaged_ = count < 0;
    drained_ = count == 0;
    return count > 0;
  }
  auto piece = archive_->read_some();
  if (!piece) {
    problem(piece.error().what);
    damaged_ = true;
    return false;
  }
  drained_ = piece->empty();
  buffer_ += *piece;
  return !drained_;
}

void InputWalk::drop(std::size_t count) {
  start_ += count;
  place_.offset += static_cast<std::int64_t>(count);
}

bool InputWalk::next_line(std::string_view& line, Empty empty) {
  auto after = onward();
  drop(static_cast<std::size_t>(after.offset - place_.offset));
  place_ = after;
  line_out_ = false;
  for (;;) {
    scanned_ = std::max(scanned_, start_);
    const auto* found = scanned_ < buffer_.size() ? static_cast<const char*>(std::memchr(buffer_.data() + scanned_, '\n', buffer_.size() - scanned_)) : nullptr;
    line_ended_ = found != nullptr;
    std::size_t end = found != nullptr ? static_cast<std::size_t>(found - buffer_.data()) : buffer_.size();
    scanned_ = end;
    if (found == nullptr && end - start_ <= kLongest && !drained_ && !damaged_) {
      more();
      continue;
    }
    if (found == nullptr && end == start_) return false;
    if (end - start_ > kLongest) {
      line_place_ = place_;
      problems_.push_back({position(), fmt::format("a line longer than {} MB", kLongest >> 20), std::string{text().substr(0, 200)}});
      while (found == nullptr) {  // to its end, without keeping it
        drop(text().size());
        if (!more()) return false;
        found = static_cast<const char*>(std::memchr(buffer_.data() + start_, '\n', buffer_.size() - start_));
      }
      drop(static_cast<std::size_t>(found - buffer_.data()) + 1 - start_);
      place_.line += 1;
      continue;
    }
    line_place_ = place_;
    line = std::string_view{buffer_}.substr(start_, end - start_);
    line_bytes_ = end - start_;
    if (line_bytes_ == 0 && empty == Empty::kSkip) {
      drop(1);
      place_.line += 1;
      continue;
    }
    line_out_ = true;
    // A last line of a plain file that has no end yet is read again when the file has grown.
    if (found == nullptr && plain_ && resume_.line == 0) resume_ = line_place_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
  }
}

std::string InputWalk::position() const { return fmt::format("{} line {}", name_, line_place_.line); }

std::int64_t InputWalk::bytes_done() const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < at_ && i < files_.size(); ++i) sum += files_[i].size;
  if (file_open_ && plain_) sum += place_.offset;
  return sum;
}

std::int64_t InputWalk::bytes_total() const {
  std::int64_t sum = 0;
  for (const auto& file : files_) sum += file.size;
  return sum;
}

}  // namespace rapport
