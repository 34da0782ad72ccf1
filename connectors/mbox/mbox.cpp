#include "connectors/mbox/mbox.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/input_walk.h"
#include "connectors/mbox/archive.h"
#include "connectors/mbox/headers.h"
#include "connectors/mbox/message.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr std::size_t kMailsPerPage = 8192;
constexpr std::size_t kBytesPerPage = 48u << 20;
constexpr std::size_t kLongestMail = 8u << 20;  // the text stands before attachments; what follows is not kept

constexpr Setting kSettings[] = {
    {.name = "path", .help = "An mbox file, a Maildir, a folder or archive of them, or a pattern with *.", .example = "lists/", .path = true},
    {.name = "url", .help = "Or a list's archive on the web: pipermail, HyperKitty, public-inbox, Apache's mod_mbox, Groups.io, or one mbox file.",
     .example = "https://lists.example.org/pipermail/sdk-users/"},
    {.name = "token", .help = "For Groups.io: an API key of a member.", .example = "$GROUPSIO_TOKEN", .secret = true},
    {.name = "list", .help = "The name of the list, where neither the mails nor the names of files tell it.", .example = "sdk-users"},
    {.name = kCacheSetting, .help = "Where the files of an archive on the web are kept.", .example = ".rapport/cache/sdk-users", .fallback = ".rapport/cache/mbox", .path = true},
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
  // `list` is the list of all mails; `otherwise` that of mails which do not say, instead of what their file's name says.
  MailReader(std::vector<InputFile> files, std::string list, std::string otherwise, const std::string& cursor)
      : walk_(std::move(files), is_wanted, cursor), list_(std::move(list)), otherwise_(std::move(otherwise)) {}

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
      if (is_mbox_ && line.starts_with('>') && line.substr(std::min(line.find_first_not_of('>'), line.size())).starts_with("From ")) line.remove_prefix(1);
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
    mbox::Origin origin{position, !list_.empty() ? list_ : !otherwise_.empty() ? otherwise_ : mbox::list_of_path(walk_.inside()), !list_.empty(), envelope};
    if (origin.list.empty()) origin.list = mbox::list_of_path(walk_.name());
    auto why = mbox::read_message(mail_, origin, page.rows[0]);
    if (!why.empty()) page.rejected.push_back({position, why, mail_.substr(0, 500)});
    else if (cut) page.rejected.push_back({position + " (end)", fmt::format("longer than {} MB; its beginning was kept", kLongestMail >> 20), mail_.substr(0, 200)});
  }

  InputWalk walk_;
  std::string list_, otherwise_, mail_;
  bool open_ = false, begun_ = false, is_mbox_ = false;
  InputWalk::Place start_;
  std::optional<Time> envelope_;
};

class MboxConnector : public Connector {
 public:
  MboxConnector(std::vector<InputFile> files, std::string list) : files_(std::move(files)), list_(std::move(list)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return std::unique_ptr<Reader>{std::make_unique<MailReader>(files_, list_, std::string{}, cursor)};
  }

 private:
  std::vector<InputFile> files_;
  std::string list_;
};

// Brings the archive into its folder, then reads what is there.
class WebReader : public Reader {
 public:
  WebReader(const mbox::WebArchive& archive, std::string list, const std::string& cursor, Http& http)
      : archive_(archive), list_(std::move(list)), download_(archive, part(cursor, "download")), walk_(part(cursor, "walk")), http_(http) {}

  Result<Page> next() override {
    Page page;
    if (!download_.done()) {
      TRY(download_.step(http_, page));
    } else {
      if (mails_ == nullptr) {
        auto files = find_input_files((archive_.folder / mbox::list_of_address(archive_.url)).string(), is_wanted);
        if (!files) return fail(Error::Kind::kNotFound, fmt::format("the archive at {} has no mails", printable(archive_.url)), "check `url`: it should be the archive of a list");
        mails_ = std::make_unique<MailReader>(std::move(*files), list_, mbox::list_of_address(archive_.url), walk_);
      }
      page = TRY(mails_->next());
      walk_ = page.next;
      if (page.caught_up) {
        mails_.reset();
        download_.begin_again();
      }
    }
    JsonWriter json;
    json.begin_object().key("download").raw(download_.cursor());
    if (!walk_.empty()) json.key("walk").raw(walk_);
    json.end_object();
    page.next = std::move(json).text();
    return page;
  }

 private:
  static std::string part(const std::string& cursor, std::string_view name) {
    JsonDocument document;
    auto root = document.parse(cursor);
    return root && (*root)[name].is_object() ? (*root)[name].to_json() : std::string{};
  }

  mbox::WebArchive archive_;
  std::string list_;
  mbox::Download download_;
  std::string walk_;
  std::unique_ptr<MailReader> mails_;
  Http& http_;
};

class WebConnector : public Connector {
 public:
  WebConnector(mbox::WebArchive archive, std::string list) : archive_(std::move(archive)), list_(std::move(list)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return std::unique_ptr<Reader>{std::make_unique<WebReader>(archive_, list_, cursor, http)};
  }

 private:
  mbox::WebArchive archive_;
  std::string list_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  if (!settings.has("path")) {
    const auto& url = settings.text("url");
    if (!is_web_address(url)) return fail(Error::Kind::kBadInput, "neither `path` nor the address of an archive is given", "set path to files, or url = \"https://…\"");
    return std::unique_ptr<Connector>{std::make_unique<WebConnector>(mbox::WebArchive{url, settings.text("token"), settings.text(kCacheSetting)}, settings.text("list"))};
  }
  auto files = TRY(find_input_files(settings.text("path"), is_wanted));
  return std::unique_ptr<Connector>{std::make_unique<MboxConnector>(std::move(files), settings.text("list"))};
}

// By what the addresses of archives look like.
Recognised recognise_address(std::string_view what) {
  struct Shape {
    std::string_view part, understood;
  };
  constexpr Shape kShapes[] = {{"/pipermail/", "the archive of a mailing list (pipermail)"}, {"/hyperkitty/list/", "the archive of a mailing list (HyperKitty)"},
                               {"/archives/list/", "the archive of a mailing list (HyperKitty)"}, {"/mod_mbox/", "the archive of a mailing list (mod_mbox)"},
                               {"://groups.io/g/", "a group at Groups.io"}, {"://lore.kernel.org/", "the archive of a mailing list (public-inbox)"}};
  Recognised found{0, {}, mbox::list_of_address(what), {{"url", std::string{what}}}};
  for (const auto& shape : kShapes)
    if (what.find(shape.part) != std::string_view::npos) {
      found.confidence = 92;
      found.understood = shape.understood;
    }
  auto plain = what.substr(0, what.find_first_of("?#"));
  if (plain.ends_with(".mbox") || plain.ends_with(".mbox.gz")) {
    found.confidence = 92;
    found.understood = "an mbox on the web";
  }
  if (found.understood == "a group at Groups.io") found.settings.emplace_back("token", "$GROUPSIO_TOKEN");
  return found;
}

Recognised recognise(std::string_view what) {
  if (is_web_address(what)) return recognise_address(what);
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
             .summary = "mails of mailing lists, from mbox files, Maildir folders and archives on the web",
             .settings = kSettings,
             .streams = kStreams,
             .staging = mbox::staging_tables(),
             .model_sql = embedded_file(embedded_connectors(), "mbox/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
