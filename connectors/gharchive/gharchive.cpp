#include "connectors/gharchive/gharchive.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/gharchive/event.h"
#include "connectors/input_walk.h"

namespace rapport {
namespace {

using gharchive::RepositoryFilter;

constexpr std::size_t kEventsPerPage = 32768;
constexpr std::size_t kBytesPerPage = 64u << 20;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "Hour files of gharchive.org: one, a folder of them, or a pattern with *.", .example = "hours/2024-01-*.json.gz",
     .required = true, .path = true},
    {.name = "repositories", .help = "Only these repositories, separated by commas; * stands for anything.", .example = "our-org/*,other/sdk"},
};
constexpr Stream kStreams[] = {{"events", StreamKind::kIncremental}};

bool is_wanted(std::string_view name) {
  auto plain = unpacked_name(name);
  return plain.ends_with(".json") || plain.ends_with(".jsonl");
}

class EventReader : public Reader {
 public:
  EventReader(std::vector<InputFile> files, RepositoryFilter filter, const std::string& cursor)
      : walk_(std::move(files), is_wanted, cursor), filter_(std::move(filter)) {}

  Result<Page> next() override {
    Page page;
    for (const auto& table : gharchive::staging_tables()) page.rows.emplace_back(table.columns);
    std::size_t lines = 0;
    std::string_view line;
    // Lines that no filter lets through cost little: a page may pass many of them.
    while (page.rows[0].rows() < kEventsPerPage && page.rows[0].bytes() + page.rows[1].bytes() < kBytesPerPage && lines < kEventsPerPage * 32) {
      if (!open_ && !(open_ = walk_.next())) {
        page.caught_up = true;
        break;
      }
      if (!walk_.next_line(line)) {
        open_ = false;
        continue;
      }
      ++lines;
      if (filter_.may_take(line)) read_line(line, page);
    }
    for (auto& problem : walk_.take_problems()) page.rejected.push_back(std::move(problem));
    page.next = walk_.cursor();
    page.done = walk_.bytes_done();
    page.total = walk_.bytes_total();
    return page;
  }

 private:
  void read_line(std::string_view line, Page& page) {
    auto why = gharchive::read_event(document_, line, filter_, page.rows);
    if (why.empty()) return;
    auto rest = line;
    for (int part = 1; !rest.empty(); ++part) {
      auto object = gharchive::first_object(rest);
      bool whole = object.size() == line.size();
      if (!whole) why = gharchive::read_event(document_, object, filter_, page.rows);
      if (!why.empty())
        page.rejected.push_back({walk_.position() + (whole ? std::string{} : fmt::format(" object {}", part)), why, std::string{object.substr(0, 500)}});
      rest = trim(rest.substr(object.size()));
    }
  }

  InputWalk walk_;
  RepositoryFilter filter_;
  JsonDocument document_;
  bool open_ = false;
};

class GharchiveConnector : public Connector {
 public:
  GharchiveConnector(std::vector<InputFile> files, RepositoryFilter filter) : files_(std::move(files)), filter_(std::move(filter)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return std::unique_ptr<Reader>{std::make_unique<EventReader>(files_, filter_, cursor)};
  }

 private:
  std::vector<InputFile> files_;
  RepositoryFilter filter_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto files = TRY(find_input_files(settings.text("path"), is_wanted));
  return std::unique_ptr<Connector>{std::make_unique<GharchiveConnector>(std::move(files), RepositoryFilter::parse(settings.text("repositories")))};
}

Recognised recognise(std::string_view what) {
  auto files = find_input_files(std::string{what}, is_wanted);
  if (!files) return {};
  auto head = first_bytes(*files, is_wanted, 64 << 10);
  JsonDocument document;
  std::vector<RowBatch> rows;
  for (const auto& table : gharchive::staging_tables()) rows.emplace_back(table.columns);
  auto end = head.find('\n');
  auto line = gharchive::first_object(std::string_view{head}.substr(0, end));
  // A name that ends with Event, an actor and a repository: nobody else writes this.
  if (head.find("Event\"") == std::string::npos || (head.find("\"repo\"") == std::string::npos && head.find("\"repository\"") == std::string::npos) ||
      !gharchive::read_event(document, line, {}, rows).empty() || rows[0].rows() == 0)
    return {};
  auto root = document.parse(line);
  if (!root || !(*root)["type"].text().ends_with("Event") || !(*root)["payload"].is_object() || (*root)["actor"].is_null()) return {};
  return {90, files->size() == 1 ? "an hour of GH Archive" : fmt::format("{} hours of GH Archive", files->size()), "github-timeline", {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kGharchiveConnector{
    .info = {.name = "gharchive",
             .summary = "commits, issues, pull requests, reviews, comments, stars and releases out of the hours of GH Archive",
             .settings = kSettings,
             .streams = kStreams,
             .staging = gharchive::staging_tables(),
             .model_sql = embedded_file(embedded_connectors(), "gharchive/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
