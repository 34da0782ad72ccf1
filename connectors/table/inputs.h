// Which files a source is made of, and what each looked like when it was last read.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/table/rows.h"

namespace rapport::table {

struct Input {
  std::filesystem::path path;
  std::string name;  // within the source: how rejected rows and cursors call it
  Format format = Format::kDelimited;
  bool packed = false;  // compressed, or an archive: no going on in the middle
};

// What a file's name says it is; nullopt for names that say nothing. ".gz" and the like are looked through.
std::optional<Format> format_of(std::string_view name);
bool is_packed(std::string_view name);
bool is_archive(std::string_view name);

// A file, a folder (every file in it and below whose name tells its format) or a pattern with * and ?; sorted by name.
// Errors: kNotFound; kBadInput for a file whose name says nothing, when `forced` does not either.
Result<std::vector<Input>> find_inputs(const std::string& where, std::optional<Format> forced);

// How far one file has been read.
struct FileState {
  std::int64_t size = 0, modified = 0;  // of the file, bytes and ns, when it was last looked at
  Place next;                           // where to go on, in the decoded text
  std::int64_t entry = 0;               // of an archive: which of its files
  std::string head, tail;               // digests of its first bytes and of those before `next`
  std::string last_id;                  // of a last row without a line end: more of it may come
  bool done = false;
};

// The cursor of a stream: every file by name.
struct Cursor {
  std::map<std::string, FileState> files;
  std::string to_text() const;
  static Cursor parse(const std::string& text);
};

struct FileStamp {
  std::int64_t size = 0, modified = 0;
};
Result<FileStamp> stamp_of(const std::filesystem::path& path);

// Digests of up to 4 KB: the first of the file, and those that end at `offset`.
Result<std::string> digest_before(const std::filesystem::path& path, std::int64_t offset);
Result<std::string> digest_of_head(const std::filesystem::path& path, std::int64_t offset);

}  // namespace rapport::table
