// Walks over the text of files one after the other: a file, a folder or a pattern of them, each plain, compressed or an
// archive. Constant memory; resumable; what was read to its end is not read again, and what only grew is read from there on.
// Shared by the connectors of bulk formats (gharchive, mbox, stackexchange, accesslog).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/archive.h"
#include "connectors/connector.h"

namespace rapport {

struct InputFile {
  std::filesystem::path path;
  std::string name;  // relative to the folder that was given; else the file's own
  std::int64_t size = 0, modified = 0;
};

// `where` is one file (taken whatever its name), a folder (those below it whose name `wanted` accepts; hidden ones are not
// looked at) or a pattern with * and ?. Sorted by name. Errors: kNotFound when there is none.
Result<std::vector<InputFile>> find_input_files(const std::string& where, bool (*wanted)(std::string_view name));

// ".gz" and the like taken off, in lower case: "2015-01-01-0.JSON.gz" gives "2015-01-01-0.json".
std::string unpacked_name(std::string_view name);
bool is_archive_name(std::string_view name);  // .tar, .tgz, .zip, .7z, compressed or not

// The first bytes of the first file that `wanted` accepts in what was found, for `recognise`; empty if there is none.
std::string first_bytes(const std::vector<InputFile>& files, bool (*wanted)(std::string_view name), std::size_t count = 8192);

class InputWalk {
 public:
  struct Place {
    std::int64_t entry = 0, offset = 0, line = 1;  // which file of an archive; byte and line in its text
  };

  // `wanted` says which files of an archive are read. `cursor` is what cursor() gave, or empty.
  InputWalk(std::vector<InputFile> files, bool (*wanted)(std::string_view name), const std::string& cursor);
  ~InputWalk();

  // Goes to the next text that is not done; false when there is none. What cannot be opened or is damaged is a problem, not
  // an end.
  bool next();

  const std::string& name() const { return name_; }     // "lists.tar.xz: announce/2001.txt"
  const std::string& inside() const { return inside_; }  // "announce/2001.txt", or the file's name
  std::string_view text() const { return std::string_view{buffer_}.substr(start_); }
  // Reads more behind text(); false at the end. Invalidates views of it.
  bool more();
  void drop(std::size_t count);  // REQUIRES: count <= text().size()
  Place place() const { return place_; }  // where text() begins

  enum class Empty { kSkip, kGive };
  // The next line without its end; it lives until the next call. False at the end. A line longer than `kLongest` is a problem.
  bool next_line(std::string_view& line, Empty empty = Empty::kSkip);
  Place line_place() const { return line_place_; }  // where the last line began
  std::string position() const;                     // of it: "lists.tar.xz: announce/2001.txt line 17"
  static constexpr std::size_t kLongest = 64u << 20;

  // The next reading goes on from here instead of from place(): for readers that must see some text again when more of it
  // comes. Holds until the next text.
  void resume_from(Place place) { resume_ = place; }
  bool is_growing() const { return plain_; }  // not compressed: more may be written behind its end

  std::string cursor() const;
  std::vector<Rejected> take_problems() { return std::exchange(problems_, {}); }
  std::int64_t bytes_done() const;   // of the files as they lie on the disk, about
  std::int64_t bytes_total() const;

 private:
  struct State {  // how far one file has been read
    std::int64_t size = 0, modified = 0;
    Place place;
    std::string head;  // digest of the beginning
    bool done = false;
  };
  bool open_file();
  bool open_entry();
  Place onward() const;
  void problem(std::string reason);
  std::string head_of(const InputFile& file, std::int64_t offset) const;

  std::vector<InputFile> files_;
  bool (*wanted_)(std::string_view) = nullptr;
  std::map<std::string, State> states_;
  std::size_t at_ = 0;
  bool file_open_ = false, text_open_ = false, plain_ = false, damaged_ = false, drained_ = false;
  int descriptor_ = -1;
  std::unique_ptr<Archive> archive_;
  std::int64_t entry_ = -1;
  std::string name_, inside_, buffer_;
  std::size_t start_ = 0, scanned_ = 0, line_bytes_ = 0;
  bool line_out_ = false, line_ended_ = true;  // a line was given out; it had its end
  Place place_, line_place_, resume_;
  std::vector<Rejected> problems_;
};

}  // namespace rapport
