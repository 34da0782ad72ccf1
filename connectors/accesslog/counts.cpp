#include "connectors/accesslog/counts.h"

#include <fmt/format.h>

#include <charconv>
#include <random>

#include "base/digest.h"
#include "base/text.h"
#include "connectors/accesslog/names.h"

namespace rapport::accesslog {
namespace {

constexpr std::size_t kLongestPath = 500;

constexpr ColumnSpec kColumns[] = {
    {"record_id", ColumnType::kText},  // log, day, place and a digest of what is counted
    {"day", ColumnType::kTime},
    {"class", ColumnType::kText},      // page, download, feed, asset, error, other
    {"path", ColumnType::kText},       // of assets "*.css"; of other requests the method and status
    {"host", ColumnType::kText},
    {"referrer", ColumnType::kText},
    {"medium", ColumnType::kText},
    {"campaign", ColumnType::kText},   // "source / medium / name"
    {"program", ColumnType::kText},    // NULL = a person's browser
    {"program_kind", ColumnType::kText},
    {"views", ColumnType::kInteger},
    {"visitors", ColumnType::kInteger},
};
constexpr StagingTable kTables[] = {{"accesslog_count", kColumns}};

std::string new_salt() {
  std::random_device random;
  std::string salt;
  for (int i = 0; i < 8; ++i) salt += fmt::format("{:08x}", random());
  return salt;
}

}  // namespace

std::span<const StagingTable> staging_tables() { return kTables; }

DayCounts::DayCounts(InputWalk::Place first) : first_(first), salt_(new_salt()) {}

void DayCounts::add(const Hit& hit, std::string_view own_hosts) {
  std::string_view what = "other";
  std::string path = fmt::format("{} {}", hit.method, hit.status);
  bool got = hit.method == "GET" && ((hit.status >= 200 && hit.status < 300) || hit.status == 304);
  if (hit.status >= 400 && hit.method != "-") {
    what = "error";
    path = fmt::format("{} {}", hit.status, hit.path);
  } else if (got) {
    auto kind = kind_of_path(hit.path);
    what = kind == Kind::kPage ? "page" : kind == Kind::kDownload ? "download" : kind == Kind::kFeed ? "feed" : "asset";
    path = kind == Kind::kAsset ? "*" + lower_ascii(hit.path.substr(std::min(hit.path.rfind('.'), hit.path.size()))) : hit.path;
  }
  if (path.size() > kLongestPath) path = repair_utf8(path.substr(0, kLongestPath)) + "…";
  auto program = program_of(hit.agent);
  bool counted_alone = what == "asset" || what == "other";  // where they come from says nothing
  auto referrer = counted_alone ? Referrer{} : referrer_of(hit.referrer, hit.host, own_hosts);
  auto campaign = counted_alone ? std::string{} : campaign_of(hit.query);

  std::string cells[8] = {std::string{what}, path, hit.host, referrer.name, std::string{referrer.medium}, campaign, program.name, std::string{program.kind}};
  std::string key;
  for (const auto& cell : cells) key.append(cell).push_back('\0');
  auto [place, is_new] = groups_.try_emplace(std::move(key));
  auto& group = place->second;
  if (is_new) {
    std::move(std::begin(cells), std::end(cells), std::begin(group.cells));
    group.number = groups_.size();
  }
  ++group.views;
  auto digest = sha256_hex(fmt::format("{}\n{}\n{}\n{}", salt_, hit.address, hit.agent, group.number), 16);
  std::uint64_t visitor = 0;
  std::from_chars(digest.data(), digest.data() + digest.size(), visitor, 16);
  if (seen_.insert(visitor).second) ++group.visitors;
}

void DayCounts::write(Day day, std::string_view log, RowBatch& rows) const {
  for (const auto& [key, group] : groups_) {
    rows.text(fmt::format("{}/{}/{}-{}/{}", log, format_day(day), first_.entry, first_.offset, sha256_hex(key, 16)));
    rows.time(day).text(group.cells[0]).text(group.cells[1]);
    for (std::size_t i = 2; i < std::size(group.cells); ++i) rows.text_or_null(group.cells[i]);
    rows.integer(group.views).integer(group.visitors);
  }
}

}  // namespace rapport::accesslog
