// One line of a dump, `<row Id="1" …/>` -> one row. A dump has a row a line, line ends in values are escaped; so each line
// is parsed for itself, a broken one spoils no other, and reading can go on from any.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace rapport::stackexchange {

// stackexchange_post, _comment, _user, _vote, in the order of File.
std::span<const StagingTable> staging_tables();

enum class File { kPosts, kComments, kUsers, kVotes, kOther };
// By the name: "Posts.xml", "a-folder/Posts.xml".
File file_of(std::string_view name);

// The host in the name of a file or folder: "dumps/gardening.stackexchange.com-2023/Posts.xml"; empty if there is none.
std::string site_of(std::string_view path);

class RowParser {
 public:
  RowParser();
  ~RowParser();
  // REQUIRES: `rows` are of staging_tables(); `file` is not kOther. Returns why `line` is no such row; empty if it went in
  // or is one of the lines around the rows. Declarations of entities and document types are refused.
  std::string read(std::string_view line, File file, std::string_view site, std::vector<RowBatch>& rows);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rapport::stackexchange
