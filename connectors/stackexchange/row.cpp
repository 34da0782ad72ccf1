#include "connectors/stackexchange/row.h"

#include <expat.h>
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace rapport::stackexchange {
namespace {

constexpr ColumnSpec kPostColumns[] = {
    {"record_id", ColumnType::kText},      // "post/17"
    {"post", ColumnType::kInteger},
    {"type", ColumnType::kInteger},        // 1 question, 2 answer, 4 and 5 texts about a tag, …
    {"parent", ColumnType::kInteger},      // of an answer: the question
    {"accepted", ColumnType::kInteger},    // of a question: the answer
    {"created_at", ColumnType::kTime},
    {"user_id", ColumnType::kInteger},
    {"user_name", ColumnType::kText},      // where the account is gone
    {"title", ColumnType::kText},
    {"body", ColumnType::kText},           // HTML
    {"tags", ColumnType::kText},           // "<a><b>", in later dumps "|a|b|"
    {"score", ColumnType::kInteger},
    {"views", ColumnType::kInteger},
    {"closed_at", ColumnType::kTime},
    {"license", ColumnType::kText},
    {"site", ColumnType::kText},           // host, where known
};
constexpr ColumnSpec kCommentColumns[] = {
    {"record_id", ColumnType::kText}, {"comment", ColumnType::kInteger}, {"post", ColumnType::kInteger}, {"created_at", ColumnType::kTime},
    {"user_id", ColumnType::kInteger}, {"user_name", ColumnType::kText}, {"text", ColumnType::kText}, {"score", ColumnType::kInteger},
    {"license", ColumnType::kText},
};
constexpr ColumnSpec kUserColumns[] = {
    {"record_id", ColumnType::kText}, {"user_id", ColumnType::kInteger}, {"name", ColumnType::kText}, {"created_at", ColumnType::kTime},
    {"seen_at", ColumnType::kTime}, {"reputation", ColumnType::kInteger}, {"website", ColumnType::kText},
};
constexpr ColumnSpec kVoteColumns[] = {
    {"record_id", ColumnType::kText}, {"vote", ColumnType::kInteger}, {"post", ColumnType::kInteger}, {"type", ColumnType::kInteger},
    {"created_at", ColumnType::kTime}, {"user_id", ColumnType::kInteger}, {"bounty", ColumnType::kInteger},
    {"votes", ColumnType::kInteger},  // how many, where only that is known (the API); NULL = one vote
};
constexpr StagingTable kTables[] = {
    {"stackexchange_post", kPostColumns}, {"stackexchange_comment", kCommentColumns}, {"stackexchange_user", kUserColumns}, {"stackexchange_vote", kVoteColumns}};

struct Source {
  std::string_view attribute;  // of the element; empty = worked out
  bool required = false;
};
// Where each column after record_id comes from, in the order of the columns.
constexpr Source kPostSources[] = {{"Id", true}, {"PostTypeId", true}, {"ParentId"}, {"AcceptedAnswerId"}, {"CreationDate", true}, {"OwnerUserId"}, {"OwnerDisplayName"},
                                   {"Title"}, {"Body"}, {"Tags"}, {"Score"}, {"ViewCount"}, {"ClosedDate"}, {"ContentLicense"}, {""}};
constexpr Source kCommentSources[] = {{"Id", true}, {"PostId", true}, {"CreationDate", true}, {"UserId"}, {"UserDisplayName"}, {"Text"}, {"Score"}, {"ContentLicense"}};
constexpr Source kUserSources[] = {{"Id", true}, {"DisplayName"}, {"CreationDate"}, {"LastAccessDate"}, {"Reputation"}, {"WebsiteUrl"}};
constexpr Source kVoteSources[] = {{"Id", true}, {"PostId", true}, {"VoteTypeId", true}, {"CreationDate", true}, {"UserId"}, {"BountyAmount"}, {"NoDumpHasIt"}};

static_assert(std::size(kPostSources) + 1 == std::size(kPostColumns) && std::size(kCommentSources) + 1 == std::size(kCommentColumns) &&
              std::size(kUserSources) + 1 == std::size(kUserColumns) && std::size(kVoteSources) + 1 == std::size(kVoteColumns));

struct Shape {
  std::string_view file, prefix;
  std::span<const Source> sources;
};
constexpr Shape kShapes[] = {{"posts.xml", "post/", kPostSources}, {"comments.xml", "comment/", kCommentSources}, {"users.xml", "user/", kUserSources}, {"votes.xml", "vote/", kVoteSources}};

// References to characters that XML forbids (old dumps hold some) as U+FFFD.
std::string without_bad_references(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    auto found = line.find("&#", at);
    auto end = found == std::string_view::npos ? found : line.find(';', found);
    if (end == std::string_view::npos || end - found > 10) {
      auto stop = found == std::string_view::npos ? line.size() : found + 2;
      out += line.substr(at, stop - at);
      at = stop;
      continue;
    }
    auto digits = line.substr(found + 2, end - found - 2);
    bool hex = digits.starts_with('x') || digits.starts_with('X');
    if (hex) digits.remove_prefix(1);
    unsigned code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    bool good = code == 9 || code == 10 || code == 13 || (code >= 0x20 && code < 0xD800) || (code > 0xDFFF && code < 0xFFFE) || (code > 0xFFFF && code < 0x110000);
    out += line.substr(at, found - at);
    if (good) out += line.substr(found, end + 1 - found);
    else out += "\xEF\xBF\xBD";
    at = end + 1;
  }
  return out;
}

}  // namespace

std::span<const StagingTable> staging_tables() { return kTables; }

File file_of(std::string_view name) {
  auto lower = lower_ascii(name);
  for (std::size_t i = 0; i < std::size(kShapes); ++i) {
    if (!lower.ends_with(kShapes[i].file)) continue;
    auto before = lower.size() == kShapes[i].file.size() ? '/' : lower[lower.size() - kShapes[i].file.size() - 1];
    if (before == '/' || before == '-' || before == '.' || before == '_') return static_cast<File>(i);
  }
  return File::kOther;
}

std::string site_of(std::string_view path) {
  auto lower = lower_ascii(path);
  for (std::string_view host : {"stackexchange.com", "stackoverflow.com", "serverfault.com", "superuser.com", "askubuntu.com", "mathoverflow.net", "stackapps.com"}) {
    auto found = lower.find(host);
    if (found == std::string::npos) continue;
    auto start = lower.find_last_of("/\\ :", found);
    start = start == std::string::npos ? 0 : start + 1;
    auto prefix = std::string_view{lower}.substr(start, found - start);
    if (!prefix.empty() && prefix.back() != '.') continue;
    return lower.substr(start, found + host.size() - start);
  }
  return {};
}

struct RowParser::State {
  XML_Parser parser = ::XML_ParserCreate("UTF-8");
  std::vector<std::pair<std::string, std::string>> attributes;
  bool is_row = false;
  int elements = 0;
  ~State() { ::XML_ParserFree(parser); }

  static void XMLCALL on_start(void* user, const XML_Char* name, const XML_Char** cells) {
    auto& self = *static_cast<State*>(user);
    self.is_row = ++self.elements == 1 && std::strcmp(name, "row") == 0;
    if (!self.is_row) return;
    for (; cells[0] != nullptr; cells += 2) self.attributes.emplace_back(cells[0], cells[1]);
  }
  static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    ::XML_StopParser(static_cast<State*>(user)->parser, XML_FALSE);
  }

  XML_Error parse(std::string_view line) {
    ::XML_ParserReset(parser, "UTF-8");
    ::XML_SetUserData(parser, this);
    ::XML_SetStartElementHandler(parser, on_start);
    ::XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    attributes.clear();
    is_row = false;
    elements = 0;
    if (::XML_Parse(parser, line.data(), static_cast<int>(line.size()), XML_TRUE) == XML_STATUS_OK) return XML_ERROR_NONE;
    return ::XML_GetErrorCode(parser);
  }
  std::string_view value(std::string_view name) const {
    for (const auto& [key, text] : attributes)
      if (key == name) return text;
    return {};
  }
};

RowParser::RowParser() : state_(std::make_unique<State>()) {}
RowParser::~RowParser() = default;

std::string RowParser::read(std::string_view line, File file, std::string_view site, std::vector<RowBatch>& rows) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  line = trim(line);
  if (!line.starts_with("<row")) {
    // The lines around the rows: <?xml …?>, <posts>, </posts>.
    bool around = line.empty() || line.starts_with("<?xml") || (line.starts_with('<') && line.ends_with('>') && line.size() < 40 && line.find_first_of("!&") == std::string_view::npos);
    return around ? std::string{} : line.starts_with("<!") ? "a document type or comment, which a dump does not have" : "not a row of a dump on a line of its own";
  }
  auto error = state_->parse(line);
  if (error == XML_ERROR_BAD_CHAR_REF) error = state_->parse(without_bad_references(line));
  if (error != XML_ERROR_NONE) return fmt::format("broken XML: {}", ::XML_ErrorString(error));
  if (!state_->is_row || state_->elements != 1) return "not one row";

  const auto& shape = kShapes[static_cast<std::size_t>(file)];
  const auto& columns = kTables[static_cast<std::size_t>(file)].columns;
  for (std::size_t i = 0; i < shape.sources.size(); ++i) {
    auto [attribute, required] = shape.sources[i];
    auto value = state_->value(attribute);
    auto type = columns[i + 1].type;
    if (value.empty() && !required) continue;
    if (value.empty()) return fmt::format("a row without {}", attribute);
    if ((type == ColumnType::kInteger && !whole_number(value)) || (type == ColumnType::kTime && !parse_time(value)))
      return fmt::format("{} is no {}: {}", attribute, type == ColumnType::kTime ? "time" : "number", elide(printable(value), 40));
  }
  auto& batch = rows[static_cast<std::size_t>(file)];
  batch.text(fmt::format("{}{}", shape.prefix, state_->value("Id")));
  for (std::size_t i = 0; i < shape.sources.size(); ++i) {
    auto attribute = shape.sources[i].attribute;
    auto value = attribute.empty() ? site : state_->value(attribute);
    if (value.empty()) batch.null();
    else if (columns[i + 1].type == ColumnType::kInteger) batch.integer(*whole_number(value));
    else if (columns[i + 1].type == ColumnType::kTime) batch.time(*parse_time(value));
    else batch.text(value);
  }
  return {};
}

}  // namespace rapport::stackexchange
