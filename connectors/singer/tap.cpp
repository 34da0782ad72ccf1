#include "connectors/singer/tap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "base/digest.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/process.h"
#include "base/text.h"

namespace rapport::singer {
namespace {

constexpr std::size_t kLongestLine = 64u << 20;
constexpr std::size_t kEnoughForPage = 5'000;  // records; a page then ends at the next STATE
constexpr std::size_t kMostForPage = 50'000;   // …or here, STATE or not
constexpr std::size_t kBytesPerPage = 32u << 20;

// A file of mode 0600 that lives as long as this does.
class PrivateFile {
 public:
  static Result<PrivateFile> write(const std::string& folder, std::string_view text) {
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    std::string path = (std::filesystem::path{folder} / "state-XXXXXX").string();
    int descriptor = ::mkostemp(path.data(), O_CLOEXEC);  // makes it 0600
    if (descriptor < 0) return fail(Error::Kind::kUpstream, fmt::format("cannot write the tap's state into {}: {}", folder, std::strerror(errno)));
    PrivateFile file{path};
    bool written = true;
    while (written && !text.empty()) {
      auto count = ::write(descriptor, text.data(), text.size());
      written = count > 0;
      if (written) text.remove_prefix(static_cast<std::size_t>(count));
    }
    written = ::close(descriptor) == 0 && written;
    if (!written) return fail(Error::Kind::kUpstream, fmt::format("cannot write the tap's state into {}", folder), "check the free disk space");
    return file;
  }
  PrivateFile(PrivateFile&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  PrivateFile& operator=(PrivateFile&&) = delete;
  ~PrivateFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }

 private:
  explicit PrivateFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

class TapReader : public Reader {
 public:
  TapReader(Process process, std::optional<PrivateFile> state_file, std::string state)
      : state_file_(std::move(state_file)), process_(std::move(process)), state_(std::move(state)) {}

  Result<Page> next() override {
    if (failed_) return fail(*failed_);
    Page page;
    std::size_t bytes = 0;
    for (;;) {
      auto line = process_.read_until('\n', kLongestLine);
      if (!line) {
        auto ended = process_.finish();
        if (!ended) {
          failed_ = ended.error();
          failed_->fix = "run the tap by itself to see all it says; check its config";
          // What came before it failed is good: keep it, and tell of the failure next time.
          if (page.records.empty() && page.rejected.empty() && page.gone_where.empty()) return fail(*failed_);
        }
        page.caught_up = !failed_;
        break;
      }
      ++line_;
      if (trim(*line).empty()) continue;
      if (process_.was_cut()) {
        set_aside(page, "longer than 64 MB", *line);
        continue;
      }
      bytes += line->size();
      bool was_state = read_message(*line, page);
      if ((was_state && page.records.size() >= kEnoughForPage) || page.records.size() >= kMostForPage || bytes >= kBytesPerPage ||
          page.rejected.size() >= kEnoughForPage)
        break;
    }
    done_ += static_cast<std::int64_t>(page.records.size());
    page.done = done_;
    page.next = state_.empty() ? "{}" : "{\"state\":" + state_ + "}";
    return page;
  }

 private:
  void set_aside(Page& page, std::string reason, std::string_view line) {
    page.rejected.push_back({fmt::format("line {}", line_), std::move(reason), repair_utf8(line.substr(0, 500))});
  }

  // One line into the page; true if it was a STATE.
  bool read_message(std::string_view line, Page& page) {
    auto root = document_.parse(line);
    if (!root || !root->is_object()) {
      set_aside(page, root ? "no JSON object" : root.error().what, line);
      return false;
    }
    auto type = (*root)["type"].text();
    auto stream = (*root)["stream"].text();
    if (type == "STATE") {
      state_ = (*root)["value"].to_json();
      return true;
    }
    if (type == "SCHEMA") {
      auto& keys = keys_[std::string{stream}];
      keys.clear();
      for (auto key : (*root)["key_properties"].items()) keys.emplace_back(key.text());
    } else if (type == "RECORD") {
      read_record(*root, stream, line, page);
    } else if (type == "ACTIVATE_VERSION") {
      auto version = (*root)["version"].integer();
      if (!version) {
        set_aside(page, "ACTIVATE_VERSION without a version", line);
        return false;
      }
      page.gone_where += fmt::format("{}((json->>'stream') = {} AND coalesce((json->>'version')::BIGINT, -1) < {})", page.gone_where.empty() ? "" : " OR ",
                                     sql_quoted(stream), *version);
    } else if (type == "BATCH") {
      set_aside(page, "BATCH messages are not read: switch batches off in the tap's config (batch_config)", line);
    } else {
      set_aside(page, fmt::format("a message of the unknown type \"{}\"", elide(printable(type), 40)), line);
    }
    return false;
  }

  void read_record(const JsonValue& root, std::string_view stream, std::string_view line, Page& page) {
    auto record = root["record"];
    auto keys = keys_.find(stream);
    if (!record.is_object() || keys == keys_.end()) {
      set_aside(page, record.is_object() ? "a record of a stream that no SCHEMA came for" : "a RECORD without a record", line);
      return;
    }
    auto json = record.to_json();
    std::string id;
    for (const auto& key : keys->second) {
      auto value = record[key];
      if (value.is_null()) {  // a key that is not there names nothing
        id.clear();
        break;
      }
      id += "/" + percent_encoded(value.is_string() ? std::string{value.text()} : value.to_json());
    }
    if (id.empty()) id = "/" + sha256_hex(json, 32);
    id.insert(0, percent_encoded(stream));
    if (!record["_sdc_deleted_at"].is_null()) {
      page.records.push_back({std::move(id), {}, {}, true});
      return;
    }
    JsonWriter envelope;
    envelope.begin_object().key("stream").value(stream);
    if (auto version = root["version"].integer()) envelope.key("version").value(*version);
    envelope.key("record").raw(json).end_object();
    page.records.push_back({std::move(id), std::move(envelope).text(), {}, false});
  }

  std::optional<PrivateFile> state_file_;  // outlives the process
  Process process_;
  std::string state_;  // JSON of the last STATE; empty = none yet
  std::map<std::string, std::vector<std::string>, std::less<>> keys_;
  JsonDocument document_;
  std::int64_t line_ = 0, done_ = 0;
  std::optional<Error> failed_;
};

}  // namespace

Result<std::vector<std::string>> words_of_command(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
      else if (c == '\\' && quote == '"' && i + 1 < text.size()) word += text[++i];
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (std::isspace(static_cast<unsigned char>(c))) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      if (c == '\\' && i + 1 < text.size()) c = text[++i];
      word += c;
      in_word = true;
    }
  }
  if (quote != '\0') return fail(Error::Kind::kBadInput, fmt::format("setting `command`: a {} is not closed", quote));
  if (in_word) words.push_back(std::move(word));
  if (words.empty()) return fail(Error::Kind::kBadInput, "setting `command` is empty", "name the tap's program, for example command = \"tap-github\"");
  return words;
}

Result<std::unique_ptr<Reader>> run_tap(const Tap& tap, const std::string& cursor) {
  std::string state;
  JsonDocument document;
  if (auto root = document.parse(cursor); root && !(*root)["state"].is_null()) state = (*root)["state"].to_json();
  ProcessOptions options;
  options.arguments = tap.command;
  options.folder = tap.folder;
  options.environment = {"PYTHONUNBUFFERED=1", "PYTHONIOENCODING=utf-8"};
  auto pass = [&](const char* flag, const std::string& path) {
    if (path.empty()) return;
    options.arguments.emplace_back(flag);
    options.arguments.push_back(path);
  };
  pass("--config", tap.config);
  pass("--catalog", tap.catalog);
  std::optional<PrivateFile> state_file;
  if (!state.empty()) {
    state_file.emplace(TRY(PrivateFile::write(tap.state_folder, state)));
    pass("--state", state_file->path());
  }
  auto process = TRY(Process::start(options));
  return std::unique_ptr<Reader>{std::make_unique<TapReader>(std::move(process), std::move(state_file), std::move(state))};
}

}  // namespace rapport::singer
