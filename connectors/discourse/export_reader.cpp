#include "connectors/discourse/export_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/archive.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/discourse/topic_record.h"

namespace rapport::discourse {
namespace {

constexpr std::size_t kBytesPerPage = 32u << 20;
constexpr std::size_t kFilesPerPage = 20'000;
constexpr std::size_t kLargestTopic = 256u << 20;
constexpr std::size_t kPeek = 256u << 10;

struct File {
  std::string name, text;
};

// The .json files of an export, one after the other.
class Files {
 public:
  virtual ~Files() = default;
  // Goes to the next file; its name, or nothing at the end.
  virtual Result<std::optional<std::string>> next() = 0;
  // The text of the file that next() named.
  virtual Result<std::string> text() = 0;
  virtual std::int64_t total() const { return 0; }
};

class ArchivedFiles : public Files {
 public:
  explicit ArchivedFiles(Archive archive) : archive_(std::move(archive)) {}
  Result<std::optional<std::string>> next() override {
    for (;;) {
      auto entry = TRY(archive_.next());
      if (!entry) return std::optional<std::string>{};
      if (lower_ascii(entry->name).ends_with(".json")) return std::optional{entry->name};
    }
  }
  Result<std::string> text() override { return archive_.read_all(kLargestTopic); }

 private:
  Archive archive_;
};

std::vector<fs::path> json_files(const fs::path& folder, std::size_t at_most = SIZE_MAX) {
  std::vector<fs::path> files;
  std::error_code failed;
  std::size_t looked_at = 0;
  for (fs::recursive_directory_iterator it{folder, fs::directory_options::skip_permission_denied, failed}, end; !failed && it != end; it.increment(failed)) {
    if (at_most != SIZE_MAX && ++looked_at > 50 * at_most) break;
    std::error_code ignored;
    if (it.depth() > 8 || (it->is_directory(ignored) && it->path().filename().string().starts_with('.'))) it.disable_recursion_pending();
    if (lower_ascii(it->path().extension().string()) == ".json" && it->is_regular_file(ignored)) files.push_back(it->path());
    if (files.size() >= at_most) break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

class FolderFiles : public Files {
 public:
  explicit FolderFiles(const fs::path& folder) : folder_(folder), files_(json_files(folder)) {}
  Result<std::optional<std::string>> next() override {
    if (at_ == files_.size()) return std::optional<std::string>{};
    return std::optional{files_[at_++].lexically_relative(folder_).string()};
  }
  Result<std::string> text() override { return read_file(files_[at_ - 1], kLargestTopic); }
  std::int64_t total() const override { return static_cast<std::int64_t>(files_.size()); }

 private:
  fs::path folder_;
  std::vector<fs::path> files_;
  std::size_t at_ = 0;
};

// Changes whenever a file of the export does.
std::string fingerprint(const fs::path& path) {
  std::error_code failed;
  auto of_file = [&](const fs::path& file) {
    return fmt::format("{} {}", fs::file_size(file, failed), fs::last_write_time(file, failed).time_since_epoch().count());
  };
  if (!fs::is_directory(path, failed)) return of_file(path);
  auto files = json_files(path);
  std::string all;
  for (const auto& file : files) all += fmt::format("{} {}\n", file.lexically_relative(path).string(), of_file(file));
  return fmt::format("{} files {:016x}", files.size(), text_hash(all));
}

struct ExportCursor {
  std::string mark;        // the fingerprint of what was being read
  std::int64_t files = 0;  // of it were read
  bool finished = false;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("export").value(mark).key("files").value(files).key("finished").value(finished).end_object();
    return json.text();
  }
  static ExportCursor parse(const std::string& text) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {};
    return {std::string{(*root)["export"].text()}, (*root)["files"].integer().value_or(0), (*root)["finished"].truth()};
  }
};

class ExportReader : public Reader {
 public:
  ExportReader(std::unique_ptr<Files> files, ExportCursor cursor) : files_(std::move(files)), cursor_(std::move(cursor)) {}

  // Goes past what an earlier run has read.
  Result<> skip() {
    for (std::int64_t i = 0; i < cursor_.files; ++i)
      if (!TRY(files_->next())) break;
    return {};
  }

  Result<Page> next() override {
    Page page;
    std::size_t bytes = 0;
    for (std::size_t count = 0; count < kFilesPerPage && bytes < kBytesPerPage; ++count) {
      auto name = TRY(files_->next());
      if (!name) {
        page.caught_up = cursor_.finished = true;
        break;
      }
      auto text = TRY(files_->text().in(*name));
      bytes += text.size();
      take(*name, text, page);
      ++cursor_.files;
    }
    page.done = cursor_.files;
    page.total = files_->total();
    page.next = cursor_.to_text();
    return page;
  }

 private:
  void take(const std::string& name, const std::string& text, Page& page) {
    auto reject = [&](std::string reason) { page.rejected.push_back({name, std::move(reason), repair_utf8(std::string_view{text}.substr(0, 300))}); };
    auto root = document_.parse(text);
    if (!root) return reject(root.error().what);
    if ((*root)["categories"].is_array() || (*root)["category_list"].is_object()) {  // site.json, categories.json
      page.records.push_back({"categories", root->to_json(), {}, false});
      return;
    }
    auto record = topic_record(*root, {}, {});
    if (!record) return reject(record.error().what);
    page.records.push_back(std::move(*record));
  }

  std::unique_ptr<Files> files_;
  ExportCursor cursor_;
  JsonDocument document_;
};

bool looks_like_topic(std::string_view beginning) {
  return beginning.find("\"post_stream\"") != std::string_view::npos || (beginning.find("\"fancy_title\"") != std::string_view::npos && beginning.find("\"posts_count\"") != std::string_view::npos);
}

}  // namespace

bool looks_like_export(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    for (const auto& file : json_files(path, 5)) {
      auto text = read_file(file, kLargestTopic);
      if (text && looks_like_topic(std::string_view{*text}.substr(0, kPeek))) return true;
    }
    return false;
  }
  auto archive = Archive::open(path);
  if (!archive) return false;
  for (int i = 0, peeked = 0; i < 64 && peeked < 3; ++i) {
    auto entry = archive->next();
    if (!entry || !*entry) return false;
    if (!lower_ascii((*entry)->name).ends_with(".json")) continue;
    ++peeked;
    auto some = archive->read_some();
    if (some && looks_like_topic(*some)) return true;
  }
  return false;
}

Result<std::unique_ptr<Reader>> read_export(const fs::path& path, const std::string& text) {
  auto cursor = ExportCursor::parse(text);
  auto mark = fingerprint(path);
  if (cursor.mark != mark) cursor = {mark, 0, false};
  if (cursor.finished)
    return paged({}, [cursor](const std::string&) -> Result<Page> {
      Page nothing;
      nothing.next = cursor.to_text();
      nothing.caught_up = true;
      return nothing;
    });
  std::error_code ignored;
  std::unique_ptr<Files> files;
  if (fs::is_directory(path, ignored)) {
    files = std::make_unique<FolderFiles>(path);
  } else {
    files = std::make_unique<ArchivedFiles>(TRY(Archive::open(path)));
  }
  auto reader = std::make_unique<ExportReader>(std::move(files), std::move(cursor));
  TRY(reader->skip());
  return std::unique_ptr<Reader>{std::move(reader)};
}

}  // namespace rapport::discourse
