#include "connectors/table/inputs.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/digest.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::table {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCompressions[] = {".gz", ".zst", ".xz", ".bz2"};
constexpr std::int64_t kDigested = 4096;

std::string without_compression(std::string_view name) {
  auto lower = lower_ascii(name);
  for (auto ending : kCompressions)
    if (lower.ends_with(ending)) return lower.substr(0, lower.size() - ending.size());
  return lower;
}

Result<std::string> digest_of(const fs::path& path, std::int64_t from, std::int64_t to) {
  std::ifstream in{path, std::ios::binary};
  in.seekg(from);
  std::string bytes(static_cast<std::size_t>(to - from), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return fail(Error::Kind::kUpstream, fmt::format("cannot read {}", path.string()));
  return sha256_hex(bytes, 16);
}

}  // namespace

std::optional<Format> format_of(std::string_view name) {
  auto plain = without_compression(name);
  struct Ending {
    std::string_view ending;
    Format format;
  };
  for (auto [ending, format] : {Ending{".csv", Format::kDelimited}, {".tsv", Format::kTabs}, {".tab", Format::kTabs}, {".jsonl", Format::kJsonLines},
                                {".ndjson", Format::kJsonLines}, {".json", Format::kJson}})
    if (plain.ends_with(ending)) return format;
  if (lower_ascii(name).ends_with(".parquet")) return Format::kParquet;
  return std::nullopt;
}

bool is_archive(std::string_view name) {
  auto plain = without_compression(name);
  return plain.ends_with(".tar") || plain.ends_with(".tgz") || plain.ends_with(".zip");
}

bool is_packed(std::string_view name) { return is_archive(name) || without_compression(name).size() != name.size(); }

Result<std::vector<Input>> find_inputs(const std::string& where, std::optional<Format> forced) {
  std::vector<Input> found;
  std::error_code failed;
  auto add = [&](const fs::path& path, std::string name) {
    auto file = path.filename().string();
    auto format = forced ? forced : format_of(file);
    if (!format && is_archive(file)) format = Format::kDelimited;  // each entry says for itself
    if (format) found.push_back({path, repair_utf8(name), *format, *format != Format::kParquet && is_packed(file)});
    return format.has_value();
  };
  if (fs::is_directory(where, failed)) {
    for (auto it = fs::recursive_directory_iterator(where, fs::directory_options::skip_permission_denied, failed); !failed && it != fs::end(it); it.increment(failed)) {
      if (it->path().filename().string().starts_with('.')) {
        if (it->is_directory(failed)) it.disable_recursion_pending();
        continue;
      }
      if (it->is_regular_file(failed)) add(it->path(), it->path().lexically_relative(where).string());
    }
    if (found.empty())
      return fail(Error::Kind::kNotFound, fmt::format("no CSV, JSON or Parquet file in {}", printable(where)), "check `path` of this source in rapport.toml");
  } else if (fs::is_regular_file(where, failed)) {
    if (!add(where, fs::path{where}.filename().string()))
      return fail(Error::Kind::kBadInput, fmt::format("the name of {} does not tell what it is", printable(where)),
                  "say it in rapport.toml: format = \"csv\" (or tsv, jsonl, json, parquet)");
  } else {
    glob_t matches{};
    if (::glob(where.c_str(), 0, nullptr, &matches) == 0)
      for (std::size_t i = 0; i < matches.gl_pathc; ++i)
        if (fs::is_regular_file(matches.gl_pathv[i], failed)) add(matches.gl_pathv[i], fs::path{matches.gl_pathv[i]}.filename().string());
    ::globfree(&matches);
    if (found.empty())
      return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(where)), "check `path` of this source in rapport.toml");
    // Of folders matched by a pattern the same file name may come twice.
    for (auto& input : found)
      if (std::count_if(found.begin(), found.end(), [&](const auto& other) { return other.name == input.name; }) > 1) input.name = input.path.string();
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

std::string Cursor::to_text() const {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, state] : files) {
    json.key(name).begin_object();
    json.key("size").value(state.size).key("modified").value(state.modified).key("offset").value(state.next.offset).key("line").value(state.next.line);
    json.key("entry").value(state.entry).key("head").value(state.head).key("tail").value(state.tail).key("last").value(state.last_id);
    json.key("done").value(state.done).end_object();
  }
  json.end_object();
  return json.text();
}

Cursor Cursor::parse(const std::string& text) {
  Cursor cursor;
  JsonDocument document;
  auto root = document.parse(text);
  if (!root) return cursor;
  for (auto& [name, value] : root->members()) {
    FileState state;
    state.size = value["size"].integer().value_or(0);
    state.modified = value["modified"].integer().value_or(0);
    state.next.offset = value["offset"].integer().value_or(0);
    state.next.line = value["line"].integer().value_or(1);
    state.entry = value["entry"].integer().value_or(0);
    state.head = value["head"].text();
    state.tail = value["tail"].text();
    state.last_id = value["last"].text();
    state.done = value["done"].truth();
    cursor.files.emplace(std::string{name}, std::move(state));
  }
  return cursor;
}

Result<FileStamp> stamp_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(Error::Kind::kUpstream, fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  return FileStamp{status.st_size, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Result<std::string> digest_of_head(const fs::path& path, std::int64_t offset) { return digest_of(path, 0, std::min(kDigested, offset)); }

Result<std::string> digest_before(const fs::path& path, std::int64_t offset) {
  return digest_of(path, std::max<std::int64_t>(0, offset - kDigested), offset);
}

}  // namespace rapport::table
