// The product's code repository as commits change it, and the names that git gives to what it holds. The formats `git`
// and `gharchive` both ask it, each one of its own, so that a push there is of the commits here.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/text/composer.h"

namespace rapport::sim {

class Repository {
 public:
  using Id = std::array<unsigned char, 20>;  // of a git object; all zero = none

  Repository(const World& world, const Composer& composer);

  // The next commit on main. REQUIRES: commits come in the order of the timeline.
  void commit(const Activity& commit);

  // Of the last commit.
  const std::string& author() const { return author_; }        // "Ana Silva <ana@x.example> 1700000000 +0100"
  const std::string& committer() const { return committer_; }
  const std::string& message() const { return message_; }
  const std::vector<std::size_t>& changed() const { return changed_; }  // files, for path() and text()
  std::string path(std::size_t file) const;
  const std::string& text(std::size_t file) const { return files_[file].text; }

  // What git calls the last commit: hashes its object and those of the trees and files that changed. About 3 µs.
  // REQUIRES: called once after each commit().
  const Id& name_commit();

  // The author line of a person at a moment.
  std::string signature(PersonId id, std::int64_t time) const;

 private:
  struct File {
    std::string name, text;              // name: in its folder
    std::vector<std::uint16_t> lengths;  // of its lines
    Id id{};
  };
  struct Folder {
    std::vector<std::size_t> files;  // in git's order
    Id id{};
  };
  void compose_message(const Activity& commit);
  void change(std::size_t file, Random& random);
  void name_folder(std::size_t folder);

  const World& world_;
  const Composer& composer_;
  std::vector<File> files_;
  std::vector<Folder> folders_;
  std::vector<std::size_t> changed_;
  std::string author_, committer_, message_, object_, lines_;
  Id head_{};
};

}  // namespace rapport::sim
