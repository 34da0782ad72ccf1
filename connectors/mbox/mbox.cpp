#include "connectors/mbox/mbox.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/input_walk.h"
#include "connectors/mbox/headers.h"
#include "connectors/mbox/message.h"

namespace rapport {
namespace {

constexpr std::size_t kMailsPerPage = 8192;
constexpr std::size_t kBytesPerPage = 48u << 20;
constexpr std::size_t kLongestMail = 8u << 20;  // the text stands before attachments; what follows is not kept

constexpr Setting kSettings[] = {
    {.name = "path", .help = "An mbox file, a Maildir, a folder or archive of them, or a pattern with *.", .example = "lists/", .required = true, .path = true},
    {.name = "list", .help = "The name of the list, where neither the mails nor the names of files tell it.", .example = "sdk-users"},
};
constexpr Stream kStreams[] = {{"messages", StreamKind::kIncremental}};

bool is_in_maildir(std::string_view name) {
  auto padded = "/" + std::string{name};
  return padded.find("/cur/") != std::string::npos || padded.find("/new/") != std::string::npos;
}

bool is_wanted(std::string_view name) {
  if (is_in_maildir(name)) return true;
  auto plain = unpacked_name(name);
  for (std::string_view ending : {".mbox", ".mbx", ".eml", ".txt"})
    if (plain.ends_with(ending)) return true;
  return is_archive_name(name) && (plain.find("mbox") != std::string::npos || plain.find("mail") != std::string::npos);
}

class MailReader : public Reader {
 public:
  MailReader(std::vector<InputFile> files, std::string list, const std::string& cursor)
      : walk_(std::move(files), is_wanted, cursor), list_(std::move(list)) {}

  Result<Page> next() override {
    Page page;
    page.rows.emplace_back(mbox::staging_tables().front().columns);
    while (page.rows[0].rows() + page.rejected.size() < kMailsPerPage && page.rows[0].bytes() < kBytesPerPage) {
      if (!open_ && !(open_ = walk_.next())) {
        page.caught_up = true;
        break;
      }
      if (!read_mail(page)) open_ = begun_ = false;
    }
    for (auto& problem : walk_.take_problems()) page.rejected.push_back(std::move(problem));
    page.next = walk_.cursor();
    page.done = walk_.bytes_done();
    page.total = walk_.bytes_total();
    return page;
  }

 private:
  // One mail into the page; false at the end of the text.
  bool read_mail(Page& page) {
    std::string_view line;
    mail_.clear();
    bool cut = false, blank_before = true, any = begun_;
    auto start = start_;
    auto envelope = envelope_;
    while (walk_.next_line(line, InputWalk::Empty::kGive)) {
      auto date = blank_before ? mbox::separator_date(line) : std::nullopt;
      if (!begun_) {
        if (trim(line).empty() && !any) continue;
        start = start_ = walk_.line_place();
        begun_ = any = true;
        is_mbox_ = date.has_value();
        envelope = envelope_ = date;
        blank_before = false;
        if (is_mbox_) continue;
        if (!mbox::is_header_line(line)) {
          page.rejected.push_back({walk_.position(), "neither an mbox nor a mail begins here", std::string{line.substr(0, 200)}});
          return false;
        }
      } else if (is_mbox_ && date) {
        start_ = walk_.line_place();
        envelope_ = date;
        add(start, envelope, cut, page);
        walk_.resume_from(start_);
        return true;
      }
      blank_before = line.empty();
      // ">From " in a body was "From " once; ">>From " was ">From ".
      auto quotes = line.find_first_not_of('>');
      if (is_mbox_ && quotes != std::string_view::npos && quotes > 0 && line.substr(quotes).starts_with("From ")) line.remove_prefix(1);
      if (mail_.size() + line.size() < kLongestMail) mail_.append(line).push_back('\n');
      else cut = true;
    }
    if (!any) return false;
    add(start, envelope, cut, page);
    // The last mail of a growing file may not be complete: the next reading begins with it.
    walk_.resume_from(start);
    return false;
  }

  void add(InputWalk::Place place, std::optional<Time> envelope, bool cut, Page& page) {
    auto position = fmt::format("{} byte {}", walk_.name(), place.offset);
    mbox::Origin origin{position, list_.empty() ? mbox::list_of_path(walk_.inside()) : list_, !list_.empty(), envelope};
    if (origin.list.empty()) origin.list = mbox::list_of_path(walk_.name());
    auto why = mbox::read_message(mail_, origin, page.rows[0]);
    if (!why.empty()) page.rejected.push_back({position, why, mail_.substr(0, 500)});
    else if (cut) page.rejected.push_back({position + " (end)", fmt::format("longer than {} MB; its beginning was kept", kLongestMail >> 20), mail_.substr(0, 200)});
  }

  InputWalk walk_;
  std::string list_, mail_;
  bool open_ = false, begun_ = false, is_mbox_ = false;
  InputWalk::Place start_;
  std::optional<Time> envelope_;
};

class MboxConnector : public Connector {
 public:
  MboxConnector(std::vector<InputFile> files, std::string list) : files_(std::move(files)), list_(std::move(list)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return std::unique_ptr<Reader>{std::make_unique<MailReader>(files_, list_, cursor)};
  }

 private:
  std::vector<InputFile> files_;
  std::string list_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto files = TRY(find_input_files(settings.text("path"), is_wanted));
  return std::unique_ptr<Connector>{std::make_unique<MboxConnector>(std::move(files), settings.text("list"))};
}

Recognised recognise(std::string_view what) {
  auto files = find_input_files(std::string{what}, is_wanted);
  if (!files) return {};
  auto head = first_bytes(*files, is_wanted);
  std::string_view text = head;
  text.remove_prefix(std::min(text.size(), text.find_first_not_of("\r\n")));
  Recognised found{0, {}, lower_ascii(mbox::list_of_path(std::filesystem::path{what}.filename().string())), {{"path", std::string{what}}}};
  if (mbox::separator_date(text.substr(0, text.find('\n')))) {
    found.confidence = 90;
    found.understood = files->size() == 1 ? (is_archive_name(files->front().name) ? "an archive of mailing lists" : "an mbox") : fmt::format("{} mbox files", files->size());
  } else if (auto headers = mbox::Headers::take(text); !headers["from"].empty() && !headers["date"].empty()) {
    found.confidence = 85;
    found.understood = files->size() == 1 ? "a mail" : fmt::format("a folder of {} mails", files->size());
  }
  if (found.name.empty()) found.name = "mail";
  return found;
}

}  // namespace

const ConnectorEntry kMboxConnector{
    .info = {.name = "mbox",
             .summary = "mails of mailing lists, from mbox files and Maildir folders, packed or not",
             .settings = kSettings,
             .streams = kStreams,
             .staging = mbox::staging_tables(),
             .model_sql = embedded_file(embedded_connectors(), "mbox/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
