#include "connectors/saved_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/archive.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport {
namespace {

constexpr std::size_t kBytesPerPage = 32u << 20;
constexpr std::size_t kFilesPerPage = 20'000;
constexpr std::size_t kLargestFile = 512u << 20;
constexpr std::size_t kPeek = 256u << 10;
constexpr int kDeepest = 8;
constexpr std::string_view kArchiveEndings[] = {".zip", ".tar", ".gz", ".tgz", ".xz", ".txz", ".zst", ".bz2"};
constexpr std::size_t kMostPeekedEntries = 5'000;

class ArchivedFiles : public SavedFiles {
 public:
  ArchivedFiles(Archive archive, WantedFile wanted) : archive_(std::move(archive)), wanted_(std::move(wanted)) {}
  Result<std::string> next() override {
    for (;;) {
      auto entry = TRY(archive_.next());
      if (!entry) return std::string{};
      if (wanted_(entry->name)) return entry->name;
    }
  }
  Result<std::string> text() override { return archive_.read_all(kLargestFile); }
  Result<std::string> beginning() override { return std::string{TRY(archive_.read_some())}; }

 private:
  Archive archive_;
  WantedFile wanted_;
};

std::vector<fs::path> files_of(const fs::path& folder, const WantedFile& wanted, std::size_t look_at = SIZE_MAX) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator it{folder, fs::directory_options::skip_permission_denied, failed}, end; !failed && it != end; it.increment(failed)) {
    if (look_at-- == 0) break;
    std::error_code ignored;
    if (it.depth() > kDeepest || (it->is_directory(ignored) && it->path().filename().string().starts_with('.'))) it.disable_recursion_pending();
    if (it->is_regular_file(ignored) && wanted(it->path().lexically_relative(folder).string())) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Of a folder the wanted files; of a plain file that file itself, whatever it is called.
class PlainFiles : public SavedFiles {
 public:
  PlainFiles(fs::path folder, std::vector<fs::path> files) : folder_(std::move(folder)), files_(std::move(files)) {}
  Result<std::string> next() override {
    if (at_ == files_.size()) return std::string{};
    return files_[at_++].lexically_relative(folder_).string();
  }
  Result<std::string> text() override { return read_file(files_[at_ - 1], kLargestFile); }
  Result<std::string> beginning() override {
    std::ifstream in{files_[at_ - 1], std::ios::binary};
    std::string text(kPeek, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
  }
  std::int64_t total() const override { return static_cast<std::int64_t>(files_.size()); }

 private:
  fs::path folder_;
  std::vector<fs::path> files_;
  std::size_t at_ = 0;
};

bool is_archive_name(const fs::path& path) {
  auto ending = lower_ascii(path.extension().string());
  return std::find(std::begin(kArchiveEndings), std::end(kArchiveEndings), ending) != std::end(kArchiveEndings);
}

// Changes whenever a wanted file does.
std::string fingerprint(const fs::path& path, const WantedFile& wanted) {
  std::error_code failed;
  auto of_file = [&](const fs::path& file) {
    return fmt::format("{} {}", fs::file_size(file, failed), fs::last_write_time(file, failed).time_since_epoch().count());
  };
  if (!fs::is_directory(path, failed)) return of_file(path);
  auto files = files_of(path, wanted);
  std::string all;
  for (const auto& file : files) all += fmt::format("{} {}\n", file.lexically_relative(path).string(), of_file(file));
  return fmt::format("{} files {}", files.size(), sha256_hex(all));
}

struct SavedCursor {
  std::string mark;        // the fingerprint of what was being read
  std::int64_t files = 0;  // of it were read
  bool finished = false;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("export").value(mark).key("files").value(files).key("finished").value(finished).end_object();
    return json.text();
  }
  static SavedCursor parse(const std::string& text) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {};
    return {std::string{(*root)["export"].text()}, (*root)["files"].integer().value_or(0), (*root)["finished"].truth()};
  }
};

class SavedReader : public Reader {
 public:
  SavedReader(std::unique_ptr<SavedFiles> files, SavedCursor cursor, TakeFile take)
      : files_(std::move(files)), cursor_(std::move(cursor)), take_(std::move(take)) {}

  // Goes past what an earlier run has read.
  Result<> skip() {
    for (std::int64_t i = 0; i < cursor_.files; ++i)
      if (TRY(files_->next()).empty()) break;
    return {};
  }

  Result<Page> next() override {
    Page page;
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < kFilesPerPage && bytes < kBytesPerPage; ++count) {
      auto name = TRY(files_->next());
      if (name.empty()) {
        page.caught_up = cursor_.finished = true;
        break;
      }
      auto text = TRY(files_->text().in(printable(name)));
      bytes += text.size();
      take_(name, text, page);
      ++cursor_.files;
    }
    page.done = cursor_.files;
    page.total = files_->total();
    page.next = cursor_.to_text();
    return page;
  }

 private:
  std::unique_ptr<SavedFiles> files_;
  SavedCursor cursor_;
  TakeFile take_;
};

}  // namespace

Result<std::unique_ptr<SavedFiles>> open_saved(const fs::path& path, WantedFile wanted) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return std::unique_ptr<SavedFiles>{std::make_unique<PlainFiles>(path, files_of(path, wanted))};
  if (!fs::is_regular_file(path, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(path.string())), "check the path of this source in rapport.toml");
  if (!is_archive_name(path)) return std::unique_ptr<SavedFiles>{std::make_unique<PlainFiles>(path.parent_path(), std::vector{path})};
  return std::unique_ptr<SavedFiles>{std::make_unique<ArchivedFiles>(TRY(Archive::open(path)), std::move(wanted))};
}

Result<std::unique_ptr<Reader>> read_saved(const fs::path& path, const std::string& text, WantedFile wanted, TakeFile take) {
  auto cursor = SavedCursor::parse(text);
  auto mark = fingerprint(path, wanted);
  if (cursor.mark != mark) cursor = {mark, 0, false};
  if (cursor.finished)
    return paged({}, [cursor](const std::string&) -> Result<Page> {
      Page nothing;
      nothing.next = cursor.to_text();
      nothing.caught_up = true;
      return nothing;
    });
  auto reader = std::make_unique<SavedReader>(TRY(open_saved(path, std::move(wanted))), std::move(cursor), std::move(take));
  TRY(reader->skip());
  return std::unique_ptr<Reader>{std::move(reader)};
}

bool any_saved_file(const fs::path& path, const WantedFile& wanted, int files,
                    const std::function<bool(const std::string& name, std::string_view beginning)>& matches) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return false;
  Result<std::unique_ptr<SavedFiles>> opened = fs::is_directory(path, ignored)
      ? std::unique_ptr<SavedFiles>{std::make_unique<PlainFiles>(path, files_of(path, wanted, kMostPeekedEntries))}
      : open_saved(path, wanted);
  if (!opened) return false;
  for (int i = 0; i < files; ++i) {
    auto name = (*opened)->next();
    if (!name || name->empty()) return false;
    auto text = (*opened)->beginning();
    if (text && matches(*name, *text)) return true;
  }
  return false;
}

std::string saved_name(const fs::path& path) {
  std::error_code ignored;
  auto name = fs::weakly_canonical(path, ignored).filename().string();
  return name.substr(0, std::max<std::size_t>(1, name.find('.')));
}

std::unique_ptr<Reader> read_nothing() {
  return paged({}, [](const std::string&) -> Result<Page> {
    Page nothing;
    nothing.next = "{}";
    nothing.caught_up = true;
    return nothing;
  });
}

bool is_web_address(std::string_view text) {
  return starts_with_ignoring_case(text, "https://") || starts_with_ignoring_case(text, "http://");
}

std::string host_of_address(std::string_view address) {
  auto start = address.find("://");
  if (start == std::string_view::npos) return {};
  address.remove_prefix(start + 3);
  return lower_ascii(address.substr(0, address.find_first_of("/?#")));
}

}  // namespace rapport
