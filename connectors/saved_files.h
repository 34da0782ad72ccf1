// What somebody saved from a source: the files of a folder, or of an archive of one, turned into pages.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/connector.h"

namespace rapport {

// The files of a folder (by name), an archive (in its order) or one file, one after the other in constant memory.
class SavedFiles {
 public:
  virtual ~SavedFiles() = default;
  // Goes to the next file; its name within the folder or archive, empty at the end. Errors: kBadInput for a damaged archive.
  virtual Result<std::string> next() = 0;
  // The whole text of the file that next() named. Errors: kBadInput when it is larger than 512 MB.
  virtual Result<std::string> text() = 0;
  // The beginning of that file, as much as one reading gives: instead of text(), to look at what it is.
  virtual Result<std::string> beginning() = 0;
  virtual std::int64_t total() const { return 0; }  // files; 0 = unknown
};

using WantedFile = std::function<bool(std::string_view name)>;

// Only files whose name is wanted; hidden folders are left out. Errors: kNotFound, kBadInput.
Result<std::unique_ptr<SavedFiles>> open_saved(const std::filesystem::path& path, WantedFile wanted);

// Reads wanted files, some megabytes a page, and lets `take` turn each into records or rejections. The cursor says which
// state of the files it belongs to: of an unchanged save nothing is read again, of a changed one everything.
// REQUIRES: what `take` captures outlives the Reader.
using TakeFile = std::function<void(const std::string& name, const std::string& text, Page& page)>;
Result<std::unique_ptr<Reader>> read_saved(const std::filesystem::path& path, const std::string& cursor, WantedFile wanted, TakeFile take);

// For recognise(): whether one of the first `files` wanted files of what is saved at `path` begins in a way that `matches`.
// Cheap also for large archives.
bool any_saved_file(const std::filesystem::path& path, const WantedFile& wanted, int files,
                    const std::function<bool(const std::string& name, std::string_view beginning)>& matches);

// A suggestion for the name of a source: "../exports/our-chat.tar.xz" -> "our-chat".
std::string saved_name(const std::filesystem::path& path);

// A Reader that brings nothing: for streams that the saved form of a source does not have.
std::unique_ptr<Reader> read_nothing();

// "https://…" or "http://…".
bool is_web_address(std::string_view text);
// "https://Chat.example.org/team?x" -> "chat.example.org"; with the port, if one is named.
std::string host_of_address(std::string_view address);

}  // namespace rapport
