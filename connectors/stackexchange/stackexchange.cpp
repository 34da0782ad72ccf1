#include "connectors/stackexchange/stackexchange.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/input_walk.h"
#include "connectors/stackexchange/live.h"
#include "connectors/stackexchange/row.h"

namespace rapport {
namespace {

using stackexchange::File;

constexpr std::size_t kRowsPerPage = 32768;
constexpr std::size_t kBytesPerPage = 48u << 20;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "A data dump: the folder with Posts.xml, an archive of it, or a pattern with *. Without it, the live API is asked.",
     .example = "gardening.stackexchange.com.7z", .path = true},
    {.name = "site", .help = "The site's host. For a dump: where the names of the files do not tell; for links.", .example = "gardening.stackexchange.com"},
    {.name = "tags", .help = "For the API: questions with one of these tags; a;b means those with both.", .example = "kelvane, lark;python"},
    {.name = "key", .help = "For the API: a key of stackapps.com, for 10,000 requests a day instead of 300.", .example = "$STACKEXCHANGE_KEY", .secret = true},
    {.name = "url", .help = "Where the API is.", .example = "https://api.stackexchange.com", .fallback = "https://api.stackexchange.com"},
};
constexpr Stream kStreams[] = {{"rows", StreamKind::kIncremental}};

bool is_wanted(std::string_view name) { return is_archive_name(name) || stackexchange::file_of(unpacked_name(name)) != File::kOther; }

class DumpReader : public Reader {
 public:
  DumpReader(std::vector<InputFile> files, std::string site, std::string outside, const std::string& cursor)
      : walk_(std::move(files), is_wanted, cursor), site_(std::move(site)), outside_(std::move(outside)) {}

  Result<Page> next() override {
    Page page;
    std::size_t lines = 0;
    for (const auto& table : stackexchange::staging_tables()) page.rows.emplace_back(table.columns);
    std::string_view line;
    while (lines < kRowsPerPage && page.rows[0].bytes() + page.rows[1].bytes() < kBytesPerPage) {
      if (!open_ && !(open_ = walk_.next())) {
        page.caught_up = true;
        break;
      }
      auto file = stackexchange::file_of(unpacked_name(walk_.inside()));
      if (file == File::kOther || !walk_.next_line(line)) {
        open_ = false;
        continue;
      }
      ++lines;
      auto why = parser_.read(line, file, site(), page.rows);
      if (!why.empty()) page.rejected.push_back({walk_.position(), why, std::string{line.substr(0, 500)}});
    }
    for (auto& problem : walk_.take_problems()) page.rejected.push_back(std::move(problem));
    page.next = walk_.cursor();
    page.done = walk_.bytes_done();
    page.total = walk_.bytes_total();
    return page;
  }

 private:
  const std::string& site() {
    if (!site_.empty() || asked_ == walk_.name()) return site_.empty() ? named_ : site_;
    asked_ = walk_.name();
    named_ = stackexchange::site_of(asked_);
    if (named_.empty()) named_ = stackexchange::site_of(outside_);
    return named_;
  }

  InputWalk walk_;
  stackexchange::RowParser parser_;
  std::string site_, outside_, asked_, named_;
  bool open_ = false;
};

class StackexchangeConnector : public Connector {
 public:
  StackexchangeConnector(std::vector<InputFile> files, std::string site, std::string outside)
      : files_(std::move(files)), site_(std::move(site)), outside_(std::move(outside)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return std::unique_ptr<Reader>{std::make_unique<DumpReader>(files_, site_, outside_, cursor)};
  }

 private:
  std::vector<InputFile> files_;
  std::string site_, outside_;
};

class LiveSite : public Connector {
 public:
  explicit LiveSite(stackexchange::Site site) : site_(std::move(site)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return stackexchange::read_live(site_, cursor, http);
  }

 private:
  stackexchange::Site site_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  if (!settings.has("path")) return std::unique_ptr<Connector>{std::make_unique<LiveSite>(TRY(stackexchange::site_of(settings)))};
  auto files = TRY(find_input_files(settings.text("path"), is_wanted));
  return std::unique_ptr<Connector>{std::make_unique<StackexchangeConnector>(std::move(files), settings.text("site"), settings.text("path"))};
}

// "meta.stackexchange.com" -> "meta"; "stackoverflow.com" -> "stackoverflow-com".
std::string name_of(const std::string& site) {
  auto name = site.empty() ? std::string{"stackexchange"} : site.substr(0, site.find(".stackexchange"));
  for (char& c : name)
    if (c == '.') c = '-';
  return name;
}

Recognised recognise(std::string_view what) {
  if (auto tagged = stackexchange::tagged_address(what); !tagged.tags.empty())
    return {95, fmt::format("questions tagged {} on {}", tagged.tags, tagged.host), name_of(tagged.host), {{"site", tagged.host}, {"tags", tagged.tags}}};
  auto files = find_input_files(std::string{what}, is_wanted);
  if (!files) return {};
  auto is_dump_file = [](std::string_view name) { return stackexchange::file_of(unpacked_name(name)) != File::kOther; };
  auto head = first_bytes(*files, is_dump_file, 2048);
  bool rows = head.find("<row Id=\"") != std::string::npos;
  bool root = false;
  for (std::string_view tag : {"<posts>", "<comments>", "<users>", "<votes>"}) root |= head.find(tag) != std::string::npos;
  if (!rows || !root) return {};
  auto site = stackexchange::site_of(what);
  return {90, site.empty() ? "a data dump of a Stack Exchange site" : "a data dump of " + site, name_of(site), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kStackexchangeConnector{
    .info = {.name = "stackexchange",
             .summary = "questions, answers, comments and votes of a Stack Exchange site: by tag from its API, or all of a data dump",
             .settings = kSettings,
             .streams = kStreams,
             .staging = stackexchange::staging_tables(),
             .model_sql = embedded_file(embedded_connectors(), "stackexchange/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
