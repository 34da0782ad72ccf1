#include "connectors/irc/irc.h"

#include <fmt/format.h>

#include <map>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/input_walk.h"
#include "connectors/irc/line.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

using irc::Kind;

constexpr std::size_t kLinesPerPage = 50'000;
constexpr std::size_t kRejectedPerPage = 2000;

constexpr Setting kSettings[] = {
    {.name = "path", .help = "Logs of IRC channels: a file, a folder or archive of them, or a pattern with *.", .example = "irclogs/", .required = true, .path = true},
    {.name = "channel", .help = "The channel, where the names of files and folders do not tell it.", .example = "#sdk"},
    {.name = "timezone", .help = "Of the times in the logs, where a line does not say it.", .example = "Europe/Berlin", .fallback = "UTC"},
};
constexpr Stream kStreams[] = {{"lines", StreamKind::kIncremental}};

constexpr ColumnSpec kColumns[] = {
    {"record_id", ColumnType::kText},  // file and byte: a log only grows
    {"channel", ColumnType::kText},
    {"kind", ColumnType::kText},  // message, action, notice, join
    {"nick", ColumnType::kText},
    {"local_time", ColumnType::kTime},  // as the log has it
    {"zone", ColumnType::kInteger},     // minutes east of UTC; NULL = that of the setting
    {"text", ColumnType::kText},
};
constexpr StagingTable kTables[] = {{"irc_line", kColumns}};

bool is_wanted(std::string_view name) {
  auto plain = unpacked_name(name);
  for (std::string_view ending : {".log", ".txt", ".weechatlog"})
    if (plain.ends_with(ending)) return true;
  return is_archive_name(name) || irc::day_of_name(plain.substr(plain.rfind('/') + 1)).has_value();
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kMessage: return "message";
    case Kind::kAction: return "action";
    case Kind::kNotice: return "notice";
    case Kind::kJoin: return "join";
    default: return {};
  }
}

class LogReader : public Reader {
 public:
  LogReader(std::vector<InputFile> files, std::string channel, const std::string& cursor) : walk_(std::move(files), is_wanted, walk_part(cursor)), channel_(std::move(channel)) {
    JsonDocument document;
    if (auto root = document.parse(cursor))
      for (const auto& [name, day] : (*root)["days"].members())
        if (auto parsed = parse_day(day.text())) days_[std::string{name}] = *parsed;
  }

  Result<Page> next() override {
    Page page;
    page.rows.emplace_back(kColumns);
    std::string_view line;
    for (std::size_t lines = 0; lines < kLinesPerPage && page.rejected.size() < kRejectedPerPage; ++lines) {
      if (!open_ && !open_log()) {
        page.caught_up = true;
        break;
      }
      if (walk_.next_line(line)) read(line, page);
      else open_ = false;
    }
    for (auto& problem : walk_.take_problems()) page.rejected.push_back(std::move(problem));
    JsonWriter json;
    json.begin_object().key("walk").raw(walk_.cursor()).key("days").begin_object();
    for (const auto& [name, day] : days_) json.key(name).value(format_day(day));
    json.end_object().end_object();
    page.next = std::move(json).text();
    page.done = walk_.bytes_done();
    page.total = walk_.bytes_total();
    return page;
  }

 private:
  static std::string walk_part(const std::string& cursor) {
    JsonDocument document;
    auto root = document.parse(cursor);
    return cursor.empty() || !root ? std::string{} : (*root)["walk"].to_json();
  }

  bool open_log() {
    if (!(open_ = walk_.next())) return false;
    if (walk_.place().offset == 0) days_.erase(walk_.name());
    auto inside = walk_.inside();
    auto of_file = irc::day_of_name(std::string_view{inside}.substr(inside.rfind('/') + 1));
    auto known = days_.find(walk_.name());
    day_ = known != days_.end() ? std::optional{known->second} : of_file;
    log_channel_ = !channel_.empty() ? channel_ : irc::channel_of_path(inside);
    if (log_channel_.empty()) log_channel_ = irc::channel_of_path(walk_.name());
    return true;
  }

  void read(std::string_view bytes, Page& page) {
    auto line = irc::read_line(bytes, day_);
    // What a line says of the day holds for those after it, also when the next sync goes on from there.
    if (line.day && line.day != day_) {
      day_ = line.day;
      days_[walk_.name()] = *day_;
    }
    auto reject = [&](const char* why) { page.rejected.push_back({walk_.position(), why, repair_utf8(bytes.substr(0, 200))}); };
    if (line.kind == Kind::kUnknown) return reject("not a line that IRC clients write");
    auto kind = name_of(line.kind);
    if (kind.empty()) return;
    if (!day_) return reject("its day is not known: neither the line, nor one before it, nor the name of the file tells");
    auto& row = page.rows[0];
    row.text(fmt::format("{} byte {}", walk_.name(), walk_.line_place().offset)).text(log_channel_).text(kind).text(line.nick).time(Time{*day_} + line.clock);
    if (line.zone) row.integer(line.zone->count());
    else row.null();
    row.text_or_null(is_valid_utf8(line.text) ? std::string{line.text} : utf8_from_latin1(line.text));
  }

  InputWalk walk_;
  std::string channel_, log_channel_;
  std::map<std::string, Day> days_;  // of logs whose lines tell it
  std::optional<Day> day_;
  bool open_ = false;
};

class IrcConnector : public Connector {
 public:
  IrcConnector(std::vector<InputFile> files, std::string channel) : files_(std::move(files)), channel_(std::move(channel)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return std::unique_ptr<Reader>{std::make_unique<LogReader>(files_, channel_, cursor)};
  }

 private:
  std::vector<InputFile> files_;
  std::string channel_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto files = TRY(find_input_files(settings.text("path"), is_wanted));
  return std::unique_ptr<Connector>{std::make_unique<IrcConnector>(std::move(files), settings.text("channel"))};
}

Result<std::string> make_model(const Settings& settings) {
  return fmt::format("SET VARIABLE irc_zone = {};\n{}", sql_quoted(settings.text("timezone")), embedded_file(embedded_connectors(), "irc/model.sql"));
}

// Nearly every line must be one of a log, and some somebody's words.
Recognised recognise(std::string_view what) {
  Recognised none{0, {}, "irc", {{"path", std::string{what}}}};
  if (is_web_address(what)) return none;
  auto files = find_input_files(std::string{what}, is_wanted);
  if (!files) return none;
  auto head = first_bytes(*files, is_wanted);
  auto lines = split(head, '\n');
  if (lines.size() > 1) lines.pop_back();  // cut off
  int read = 0, said = 0, unknown = 0;
  for (auto line : lines) {
    if (trim(line).empty()) continue;
    auto kind = irc::read_line(line, {}).kind;
    ++read;
    said += kind == Kind::kMessage || kind == Kind::kAction;
    unknown += kind == Kind::kUnknown;
  }
  if (said == 0 || unknown * 10 > read) return none;
  auto channel = irc::channel_of_path(std::filesystem::path{what}.filename().string());
  while (channel.starts_with('#')) channel.erase(0, 1);
  return {80, files->size() == 1 ? "a log of an IRC channel" : fmt::format("{} logs of IRC channels", files->size()), channel.empty() ? "irc" : channel, {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kIrcConnector{
    .info = {.name = "irc",
             .summary = "messages of IRC channels, from the logs of clients, bouncers and bots",
             .settings = kSettings,
             .streams = kStreams,
             .staging = kTables,
             .model_sql = embedded_file(embedded_connectors(), "irc/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
