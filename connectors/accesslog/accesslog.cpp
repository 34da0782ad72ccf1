#include "connectors/accesslog/accesslog.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/accesslog/counts.h"
#include "connectors/accesslog/hit.h"
#include "connectors/input_walk.h"

namespace rapport {
namespace {

using accesslog::DayCounts;
using accesslog::Names;

constexpr std::size_t kLinesPerPage = 200'000;
constexpr auto kLateness = std::chrono::hours{25};  // slow requests are written when they end
constexpr std::size_t kRejectedPerPage = 2000;
constexpr std::size_t kNamesKept = 500'000;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "Access logs: a file, a folder with rotated ones, or a pattern with *.", .example = "/var/log/nginx/access.log*", .required = true, .path = true},
    {.name = "host", .help = "The site's own hosts, separated by commas: not referrers, and the first is for links.", .example = "docs.example.org"},
};
constexpr Stream kStreams[] = {{"lines", StreamKind::kIncremental}};

bool is_wanted(std::string_view name) {
  auto plain = unpacked_name(name);
  return plain.find("access") != std::string::npos || plain.ends_with(".log") || plain.find(".log.") != std::string::npos || plain.find("_log") != std::string::npos;
}

// What must be known to go on in the middle of a log.
struct Known {
  std::string log;         // a digest of its first line: a rotated log is the same log
  std::string directives;  // of a W3C log
};

class LogReader : public Reader {
 public:
  LogReader(std::vector<InputFile> files, std::string own_hosts, const std::string& cursor)
      : walk_(std::move(files), is_wanted, part(cursor, "walk")), own_hosts_(lower_ascii(own_hosts)), names_(std::make_shared<Names>(own_hosts_)) {
    JsonDocument document;
    if (auto root = document.parse(cursor))
      for (auto& [name, value] : (*root)["logs"].members())
        known_[std::string{name}] = {std::string{value["log"].text()}, std::string{value["directives"].text()}};
  }

  Result<Page> next() override {
    Page page;
    page.rows.emplace_back(accesslog::staging_tables().front().columns);
    std::string_view line;
    std::size_t lines = 0;
    while (lines < kLinesPerPage && page.rejected.size() < kRejectedPerPage) {
      if (!open_ && !open_log()) {
        page.caught_up = true;
        break;
      }
      if (!walk_.next_line(line)) {
        write_days(Day::max(), page);
        open_ = false;
        continue;
      }
      ++lines;
      read_line(line, *known_log_, page);
    }
    // Days that are over; those still open are read again from their first line should this be the last page.
    if (open_ && !days_.empty()) {
      write_days(std::chrono::floor<std::chrono::days>(latest_ - kLateness), page);
      if (!days_.empty()) resume_from_first();
    }
    for (auto& problem : walk_.take_problems()) page.rejected.push_back(std::move(problem));
    page.next = cursor();
    page.done = walk_.bytes_done();
    page.total = walk_.bytes_total();
    return page;
  }

 private:
  static std::string part(const std::string& cursor, std::string_view name) {
    JsonDocument document;
    auto root = document.parse(cursor);
    return cursor.empty() || !root ? std::string{} : (*root)[name].to_json();
  }

  bool open_log() {
    if (!(open_ = walk_.next())) return false;
    known_log_ = &known_[walk_.name()];
    if (walk_.place().offset == 0) *known_log_ = {};
    parser_.set_directives(known_log_->directives);
    latest_ = Time{};
    return true;
  }

  void read_line(std::string_view line, Known& known, Page& page) {
    auto why = parser_.read(line, hit_);
    if (!line.starts_with('#') && known.log.empty()) known.log = sha256_hex(line, 16);
    if (!why.empty()) {
      // What cannot be read may hold an address as well: only its beginning is shown, without digits.
      std::string excerpt{line.substr(0, 200)};
      for (char& c : excerpt)
        if (c >= '0' && c <= '9') c = '#';
      page.rejected.push_back({walk_.position(), why, std::move(excerpt)});
    } else if (hit_.status != 0) {
      latest_ = std::max(latest_, hit_.at);
      auto day = std::chrono::floor<std::chrono::days>(hit_.at);
      auto found = days_.find(day);
      if (found == days_.end()) {
        // Those that earlier days hold on to go with the last of them.
        if (names_->size() > kNamesKept) names_ = std::make_shared<Names>(own_hosts_);
        found = days_.try_emplace(day, walk_.line_place(), names_).first;
        if (days_.size() == 1) known.directives = parser_.directives();
      }
      found->second.add(hit_);
    }
  }

  // Those before `end` into the page. At the end of a log all of them, and the next reading goes on from the last day.
  void write_days(Day end, Page& page) {
    const auto& log = known_log_->log;
    if (end == Day::max() && !days_.empty()) walk_.resume_from(days_.rbegin()->second.first());
    while (!days_.empty() && days_.begin()->first < end) {
      days_.begin()->second.write(days_.begin()->first, log, page.rows[0]);
      days_.erase(days_.begin());
    }
    if (end != Day::max()) known_log_->directives = parser_.directives();
  }

  void resume_from_first() {
    auto first = days_.begin()->second.first();
    for (const auto& [day, counts] : days_)
      if (counts.first().offset < first.offset) first = counts.first();
    walk_.resume_from(first);
  }

  std::string cursor() const {
    JsonWriter json;
    json.begin_object().key("walk").raw(walk_.cursor()).key("logs").begin_object();
    for (const auto& [name, known] : known_)
      json.key(name).begin_object().key("log").value(known.log).key("directives").value(known.directives).end_object();
    json.end_object().end_object();
    return json.text();
  }

  InputWalk walk_;
  std::string own_hosts_;
  std::shared_ptr<Names> names_;
  accesslog::LineParser parser_;
  accesslog::Hit hit_;
  std::map<Day, DayCounts> days_;
  std::map<std::string, Known> known_;
  Known* known_log_ = nullptr;  // of the log that is open
  Time latest_{};
  bool open_ = false;
};

class AccesslogConnector : public Connector {
 public:
  AccesslogConnector(std::vector<InputFile> files, std::string own_hosts) : files_(std::move(files)), own_hosts_(std::move(own_hosts)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return std::unique_ptr<Reader>{std::make_unique<LogReader>(files_, own_hosts_, cursor)};
  }

 private:
  std::vector<InputFile> files_;
  std::string own_hosts_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto files = TRY(find_input_files(settings.text("path"), is_wanted));
  return std::unique_ptr<Connector>{std::make_unique<AccesslogConnector>(std::move(files), settings.text("host"))};
}

Result<std::string> make_model(const Settings& settings) {
  auto host = trim(std::string_view{settings.text("host")}.substr(0, settings.text("host").find(',')));
  return fmt::format("SET VARIABLE accesslog_host = {};\n{}", sql_quoted(host), embedded_file(embedded_connectors(), "accesslog/model.sql"));
}

Recognised recognise(std::string_view what) {
  auto files = find_input_files(std::string{what}, is_wanted);
  if (!files) return {};
  auto head = first_bytes(*files, is_wanted);
  accesslog::LineParser parser;
  accesslog::Hit hit;
  int hits = 0, others = 0;
  auto lines = split(head, '\n');
  lines.pop_back();  // it may be cut off
  for (auto line : lines) {
    if (trim(line).empty()) continue;
    auto why = parser.read(line, hit);
    (why.empty() && hit.status != 0 ? hits : others) += why.empty() && hit.status == 0 ? 0 : 1;
  }
  if (hits == 0 || others > hits) return {};
  return {85, files->size() == 1 ? "an access log of a web server" : fmt::format("{} access logs of a web server", files->size()), "visits", {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kAccesslogConnector{
    .info = {.name = "accesslog",
             .summary = "visits and downloads a day, page and referrer, counted out of the access logs of web servers; no addresses are kept",
             .settings = kSettings,
             .streams = kStreams,
             .staging = accesslog::staging_tables(),
             .model_sql = embedded_file(embedded_connectors(), "accesslog/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
