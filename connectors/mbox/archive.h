// The archive of a list on the web, brought month by month into a folder of ours: pipermail (Mailman 2), Apache's mod_mbox, HyperKitty
// (Mailman 3), public-inbox, Groups.io, or one file. What is there is read as mbox afterwards.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace rapport::mbox {

struct WebArchive {
  std::string url;
  std::string token;              // Groups.io
  std::filesystem::path folder;  // files go to <folder>/<list>/
};

// One file of an archive. `name` is safe as a file's name.
struct ArchiveFile {
  std::string name, url;
};

// "sdk-users" of "https://lists.example.org/pipermail/sdk-users/", "…/archives/list/sdk-users@example.org/", "https://groups.io/g/sdk-users".
std::string list_of_address(std::string_view url);

// The files that the page at `url` leads to, oldest first. HyperKitty gives any month that is asked for: those from the first that the
// page names up to `today`. Empty where the page leads to no mails.
std::vector<ArchiveFile> files_on_page(std::string_view url, std::string_view page, Day today);

// How far an archive has been brought in.
class Download {
 public:
  Download(const WebArchive& archive, const std::string& cursor);
  // One request: the list of files, or one of them, into the folder. REQUIRES: !done(). Errors: those of HTTP, kUpstream for a page
  // that leads to no mails, kBadInput where the folder cannot be written.
  Result<> step(Http& http, Page& page);
  bool done() const { return listed_ && todo_.empty(); }
  void begin_again() { listed_ = false; }
  std::int64_t files() const { return static_cast<std::int64_t>(known_.size()); }
  std::string cursor() const;

 private:
  struct Known {
    std::string url, etag, modified;
  };
  Result<> list(Http& http);
  Result<> fetch(Http& http, Page& page);
  std::filesystem::path path_of(const std::string& name) const;

  WebArchive archive_;
  bool listed_ = false;
  std::vector<std::string> todo_;       // names, the next first
  std::map<std::string, Known> known_;  // of files that are or will be in the folder
};

}  // namespace rapport::mbox
