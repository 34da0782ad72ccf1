#include "connectors/accesslog/counts.h"

#include <fmt/format.h>
#include <sodium.h>

#include <tuple>

#include "base/digest.h"
#include "base/text.h"

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

enum What : std::uint32_t { kPage, kDownload, kFeed, kAsset, kError, kOther };
constexpr std::string_view kWhatNames[] = {"page", "download", "feed", "asset", "error", "other"};
constexpr std::uint32_t kCell = 1u << 31;

What what_of(Kind kind) {
  switch (kind) {
    case Kind::kDownload: return kDownload;
    case Kind::kFeed: return kFeed;
    case Kind::kAsset: return kAsset;
    default: return kPage;
  }
}

std::string shortened(std::string_view path) { return repair_utf8(path.substr(0, kLongestPath)) + "…"; }

// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

std::span<const StagingTable> staging_tables() { return kTables; }

std::uint32_t Texts::number_of(std::string_view text) {
  auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  auto number = static_cast<std::uint32_t>(texts_.size());
  numbers_.emplace(std::string_view{texts_.emplace_back(text)}, number);
  return number;
}

Names::Agent Names::agent(std::string_view agent) {
  auto number = agents_.number_of(agent);
  if (number == program_of_agent_.size()) {
    auto program = program_of(agent);
    auto known = program_keys_.number_of(fmt::format("{}\n{}", program.name, program.kind));
    if (known == programs_.size()) programs_.push_back(std::move(program));
    program_of_agent_.push_back(known);
  }
  return {number, program_of_agent_[number]};
}

std::uint32_t Names::referrer(std::string_view url, std::string_view host) {
  auto scheme = url.find("://");
  auto end = scheme == std::string_view::npos ? 0 : std::min(url.find_first_of("/?#", scheme + 3), url.size());
  key_.assign(host).append("\n").append(url.substr(0, end));
  auto number = sites_.number_of(key_);
  if (number == referrer_of_site_.size()) {
    auto referrer = referrer_of(url, host, own_hosts_);
    auto known = referrer_keys_.number_of(fmt::format("{}\n{}", referrer.name, referrer.medium));
    if (known == referrers_.size()) referrers_.push_back(std::move(referrer));
    referrer_of_site_.push_back(known);
  }
  return referrer_of_site_[number];
}

std::size_t DayCounts::KeyHash::operator()(const Key& key) const {
  auto two = [](std::uint32_t a, std::uint32_t b) { return static_cast<std::uint64_t>(a) << 32 | b; };
  return mix(mix(mix(two(key.what, key.path)) + two(key.host, key.referrer)) + two(key.campaign, key.program));
}

DayCounts::DayCounts(InputWalk::Place first, std::shared_ptr<Names> names) : first_(first), names_(std::move(names)) {
  static_assert(sizeof secret_ == crypto_shorthash_KEYBYTES && sizeof(std::uint64_t) == crypto_shorthash_BYTES);
  static const int ready = sodium_init();
  (void)ready;
  randombytes_buf(secret_.data(), secret_.size());
}

void DayCounts::add(const Hit& hit) {
  Key key{};
  bool got = hit.method == "GET" && ((hit.status >= 200 && hit.status < 300) || hit.status == 304);
  if (got) {
    auto number = paths_.number_of(hit.path);
    if (number == path_facts_.size()) {
      auto what = what_of(kind_of_path(hit.path));
      bool long_path = hit.path.size() > kLongestPath;
      auto path = what == kAsset ? "*" + lower_ascii(hit.path.substr(std::min(hit.path.rfind('.'), hit.path.size()))) : long_path ? shortened(hit.path) : std::string{};
      if (path.size() > kLongestPath) path = shortened(path);
      path_facts_.emplace_back(what, path.empty() ? number : kCell | cells_.number_of(path));
    }
    std::tie(key.what, key.path) = path_facts_[number];
  } else {
    bool error = hit.status >= 400 && hit.method != "-";
    fmt::format_int status{hit.status};
    text_.clear();
    if (error) text_.append(status.data(), status.size()).append(" ").append(hit.path);
    else text_.append(hit.method).append(" ").append(status.data(), status.size());
    if (text_.size() > kLongestPath) text_ = shortened(text_);
    key.what = error ? kError : kOther;
    key.path = kCell | cells_.number_of(text_);
  }
  auto agent = names_->agent(hit.agent);
  key.program = agent.program;
  key.host = names_->host(hit.host);
  bool counted_alone = key.what == kAsset || key.what == kOther;  // where they come from says nothing
  key.referrer = names_->referrer(counted_alone ? std::string_view{} : hit.referrer, hit.host);
  key.campaign = names_->campaign(counted_alone ? std::string_view{} : hit.query);

  auto [place, is_new] = numbers_.try_emplace(key, static_cast<std::uint32_t>(groups_.size()));
  if (is_new) groups_.push_back({key});
  auto number = place->second;
  ++groups_[number].views;
  // SipHash-2-4 under the day's key (Aumasson, Bernstein, 2012): who knows an address cannot find it again without the key.
  text_.assign(hit.address).append(reinterpret_cast<const char*>(&agent.number), sizeof agent.number);
  std::uint64_t visitor = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&visitor), reinterpret_cast<const unsigned char*>(text_.data()), text_.size(), secret_.data());
  if (seen_.insert(mix(visitor + number)).second) ++groups_[number].visitors;
}

const std::string& DayCounts::path_text(std::uint32_t path) const { return path & kCell ? cells_.text(path & ~kCell) : paths_.text(path); }

void DayCounts::write(Day day, std::string_view log, RowBatch& rows) const {
  for (const auto& group : groups_) {
    const auto& program = names_->program_of_number(group.key.program);
    const auto& referrer = names_->referrer_of_number(group.key.referrer);
    std::string_view cells[] = {kWhatNames[group.key.what], path_text(group.key.path), names_->host_of_number(group.key.host), referrer.name,
                                referrer.medium,            names_->campaign_of_number(group.key.campaign), program.name,     program.kind};
    std::string key;
    for (auto cell : cells) key.append(cell).push_back('\0');
    rows.text(fmt::format("{}/{}/{}-{}/{}", log, format_day(day), first_.entry, first_.offset, sha256_hex(key, 16)));
    rows.time(day).text(cells[0]).text(cells[1]);
    for (std::size_t i = 2; i < std::size(cells); ++i) rows.text_or_null(cells[i]);
    rows.integer(group.views).integer(group.visitors);
  }
}

}  // namespace rapport::accesslog
