#include "connectors/mbox/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/digest.h"
#include "base/text.h"
#include "connectors/mbox/body.h"
#include "connectors/mbox/encoding.h"
#include "connectors/mbox/headers.h"

namespace rapport::mbox {
namespace {

constexpr ColumnSpec kColumns[] = {
    {"record_id", ColumnType::kText},     // file and byte
    {"message_id", ColumnType::kText},    // without brackets; "none/" and a digest where the mail has none
    {"list", ColumnType::kText},
    {"name", ColumnType::kText},
    {"address", ColumnType::kText},       // NULL where the archive made it unreadable
    {"obscured", ColumnType::kText},      // what stands in its place then
    {"sent_at", ColumnType::kTime},       // NULL where no date can be read or believed
    {"date_from", ColumnType::kText},     // where sent_at is not from Date: "received" or "envelope"
    {"date_header", ColumnType::kText},   // then also what Date said
    {"subject", ColumnType::kText},
    {"bare_subject", ColumnType::kText},  // in lower case, without Re: and [list]
    {"is_reply", ColumnType::kBool},      // by its subject
    {"parents", ColumnType::kText},       // References and In-Reply-To, the nearest last, separated by blanks
    {"text", ColumnType::kText},          // own words
    {"quoted_lines", ColumnType::kInteger},
    {"attachments", ColumnType::kInteger},
    {"automatic", ColumnType::kBool},     // Auto-Submitted or a bounce says a program wrote it
    {"archived_at", ColumnType::kText},   // a link, where the list gives one
};
constexpr StagingTable kTables[] = {{"mbox_message", kColumns}};

// Mail is older than Unix time, mailing lists on a disk are not; a date beyond tomorrow is a wrong clock.
bool believable(std::optional<Time> time) { return time && *time >= time_from_unix(31'536'000) && *time <= now() + std::chrono::hours{48}; }

std::string list_id(std::string_view header) {
  auto open = header.rfind('<'), close = header.rfind('>');
  auto id = open != std::string_view::npos && close != std::string_view::npos && open < close ? header.substr(open + 1, close - open - 1) : trim(header);
  auto name = lower_ascii(id.substr(0, id.find('.')));
  return name.find_first_of(" \t\"@") == std::string::npos ? name : std::string{};
}

bool looks_like_a_date(std::string_view stem) {
  return std::count_if(stem.begin(), stem.end(), [](unsigned char c) { return std::isdigit(c); }) >= 4 && std::isdigit(static_cast<unsigned char>(stem.front()));
}

}  // namespace

std::span<const StagingTable> staging_tables() { return kTables; }

std::string list_of_path(std::string_view path) {
  auto parts = split(path, '/');
  while (!parts.empty()) {
    auto part = parts.back();
    parts.pop_back();
    bool is_maildir = part == "cur" || part == "new";
    if (is_maildir && !parts.empty()) return std::string{parts.back()};
    if (!parts.empty() && (parts.back() == "cur" || parts.back() == "new")) continue;
    auto stem = part;
    for (std::string_view ending : {".gz", ".xz", ".bz2", ".zst", ".txt", ".mbox", ".mbx", ".eml", ".tar", ".tgz", ".zip"})
      if (stem.size() > ending.size() && lower_ascii(stem).ends_with(ending)) stem.remove_suffix(ending.size());
    if (!stem.empty() && !looks_like_a_date(stem)) return std::string{stem};
  }
  return {};
}

std::string read_message(std::string_view mail, const Origin& origin, RowBatch& rows) {
  auto body = mail;
  auto headers = Headers::take(body);
  if (headers.empty()) return "no headers of a mail";
  auto from = headers["from"];
  if (from.empty()) from = headers["sender"];
  if (from.empty() && headers["date"].empty() && headers["message-id"].empty()) return "headers without From, Date and Message-ID";
  auto sender = read_sender(from);

  auto ids = read_ids(headers["message-id"]);
  // Without an id of its own a mail is what it says: a copy of it is a repeat.
  auto id = !ids.empty() ? ids.front() : "none/" + sha256_hex(fmt::format("{}\n{}\n{}\n{}", from, headers["date"], headers["subject"], body), 24);

  auto date = read_date(headers["date"]);
  std::string_view date_from;
  if (!believable(date)) {
    auto received = headers["received"];
    date = read_date(received.substr(std::min(received.size(), received.rfind(';') + 1)));
    date_from = "received";
    if (!believable(date)) {
      date = origin.envelope;
      date_from = "envelope";
    }
  }
  auto parents = read_ids(headers["references"]);
  for (auto& parent : read_ids(headers["in-reply-to"])) {
    std::erase(parents, parent);
    parents.push_back(std::move(parent));
  }
  std::erase(parents, id);

  auto subject = std::string{trim(decode_words(headers["subject"]))};
  bool is_reply = false;
  auto bare = bare_subject(subject, is_reply);
  auto read = read_body(headers, body);
  auto own = own_words(read.text);
  auto automatic = headers["auto-submitted"];
  auto list = list_id(headers["list-id"]);
  if (origin.forced || list.empty()) list = origin.list;

  rows.text(origin.record_id).text(id).text(list).text_or_null(sender.name).text_or_null(sender.address).text_or_null(sender.obscured);
  believable(date) ? rows.time(*date) : rows.null();
  rows.text_or_null(date_from).text_or_null(date_from.empty() ? std::string_view{} : headers["date"]);
  rows.text(subject).text(bare).truth(is_reply).text_or_null(join(parents, " "));
  rows.text(own.text).integer(own.quoted_lines).integer(read.attachments);
  rows.truth(!automatic.empty() && !starts_with_ignoring_case(automatic, "no"));
  auto link = headers["archived-at"];
  if (link.starts_with('<') && link.ends_with('>')) link = link.substr(1, link.size() - 2);
  rows.text_or_null(link.starts_with("http") ? link : std::string_view{});
  return {};
}

}  // namespace rapport::mbox
