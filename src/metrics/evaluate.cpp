#include "metrics/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace rapport {
namespace {

constexpr std::array kGrains = std::to_array<std::pair<Grain, std::string_view>>({{Grain::kDay, "day"}, {Grain::kWeek, "week"},
    {Grain::kMonth, "month"}, {Grain::kQuarter, "quarter"}, {Grain::kYear, "year"}});
constexpr std::array kWhos = std::to_array<std::pair<Who, std::string_view>>({{Who::kCommunity, "community"}, {Who::kHumans, "humans"},
    {Who::kTeam, "team"}, {Who::kBots, "bots"}, {Who::kEveryone, "everyone"}});

template <class Table>
std::string_view name_in(const Table& table, auto value) {
  for (const auto& [key, name] : table)
    if (key == value) return name;
  return {};
}

template <class Table>
auto parse_in(const Table& table, std::string_view text, std::string_view what) -> Result<std::decay_t<decltype(table[0].first)>> {
  std::vector<std::string> names;
  for (const auto& [key, name] : table) {
    if (name == text) return key;
    names.emplace_back(name);
  }
  return fail(Error::Kind::kBadInput, fmt::format("\"{}\" is no {}", printable(text), what), "write one of " + join(names, ", "));
}

std::string one_of(std::string_view column, const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) list += (list.empty() ? "" : ", ") + sql_quoted(name);
  return fmt::format(" AND {} IN ({})", column, list);
}

std::string_view who_condition(Who who) {
  switch (who) {
    case Who::kCommunity: return " AND person_kind = 'human' AND NOT is_team";
    case Who::kHumans: return " AND person_kind = 'human'";
    case Who::kTeam: return " AND person_kind = 'human' AND is_team";
    case Who::kBots: return " AND person_kind IN ('bot', 'agent')";
    case Who::kEveryone: return "";
  }
  return "";
}

// The parameters of a metric, as literals of our own making: the planner then knows the bounds, skips what lies
// outside of them, and plans once, which halves the time of a short answer.
std::string with_bounds(std::string_view sql, Day from, Day to, Grain grain) {
  auto text = replace_all(sql, "$from", fmt::format("DATE '{}'", format_day(from)));
  text = replace_all(text, "$to", fmt::format("DATE '{}'", format_day(to)));
  return replace_all(text, "$grain", fmt::format("'{}'", grain_name(grain)));
}

// The filters, as CTEs that shadow the fact tables, in front of the metric's own SELECT.
std::string filtered(const Metric& metric, Day from, Day to, Grain grain, const Filter& filter) {
  auto condition = filter_condition(filter, parse_who(metric.who).value_or(Who::kCommunity));
  std::string sql = "WITH ";
  for (const auto& table : metric.reads) sql += fmt::format("{0} AS (SELECT * FROM main.{0} WHERE {1}), ", table, condition);
  return sql + fmt::format("metric AS (\n{}\n)\n", with_bounds(metric.sql, from, to, grain));
}

double total_of(const Series& series) {
  double total = 0;
  for (const auto& point : series.points) total += point.value.value_or(0);
  return total;
}

}  // namespace

std::string_view grain_name(Grain grain) { return name_in(kGrains, grain); }
Result<Grain> parse_grain(std::string_view text) { return parse_in(kGrains, text, "grain"); }
std::string_view who_name(Who who) { return name_in(kWhos, who); }
Result<Who> parse_who(std::string_view text) { return parse_in(kWhos, text, "group of people"); }

Day bucket_start(Day day, Grain grain) {
  std::chrono::year_month_day date{day};
  switch (grain) {
    case Grain::kDay: return day;
    case Grain::kWeek: return day - (std::chrono::weekday{day} - std::chrono::Monday);
    case Grain::kMonth: return month_start(day);
    case Grain::kQuarter: return month_start(day, -static_cast<int>((static_cast<unsigned>(date.month()) - 1) % 3));
    case Grain::kYear: return month_start(day, -static_cast<int>(static_cast<unsigned>(date.month()) - 1));
  }
  return day;
}

Day next_bucket(Day bucket, Grain grain) {
  switch (grain) {
    case Grain::kDay: return bucket + std::chrono::days{1};
    case Grain::kWeek: return bucket + std::chrono::days{7};
    case Grain::kMonth: return month_start(bucket, 1);
    case Grain::kQuarter: return month_start(bucket, 3);
    case Grain::kYear: return month_start(bucket, 12);
  }
  return bucket;
}

std::string filter_condition(const Filter& filter, Who otherwise) {
  std::string condition = "true";
  condition += who_condition(filter.who.value_or(otherwise));
  if (!filter.sources.empty()) condition += one_of("source", filter.sources);
  if (!filter.places.empty()) condition += one_of("place", filter.places);
  if (!filter.organizations.empty()) condition += one_of("organization", filter.organizations);
  return condition;
}

Result<std::vector<Series>> evaluate(Engine& store, const Metric& metric, const Window& window, const Filter& filter) {
  Day from = bucket_start(window.from, window.grain);
  std::vector<Day> buckets;
  for (Day day = from; day < window.to; day = next_bucket(day, window.grain)) buckets.push_back(day);
  if (buckets.empty()) return std::vector<Series>{};
  if (buckets.size() > 100'000)
    return fail(Error::Kind::kBadInput, fmt::format("{} buckets are too many", buckets.size()), "choose a shorter window or a coarser grain");
  Day to = next_bucket(buckets.back(), window.grain);
  auto table = TRY(store.query(filtered(metric, from, to, window.grain, filter) +
                               "SELECT bucket, segment, value::DOUBLE, n::BIGINT FROM metric ORDER BY segment, bucket").in("metric " + metric.name));
  std::map<std::string, Series> by_segment;
  bool counts = metric.shape == Metric::Shape::kCount;
  for (const auto& row : table.rows) {
    auto& series = by_segment[to_text(row[1])];
    if (series.points.empty()) {
      series.segment = to_text(row[1]);
      for (Day day : buckets) series.points.push_back({day, counts ? std::optional<double>{0} : std::nullopt, 0, false});
    }
    auto time = std::get_if<Time>(&row[0]);
    if (time == nullptr) continue;
    auto found = std::lower_bound(buckets.begin(), buckets.end(), std::chrono::floor<std::chrono::days>(*time));
    if (found == buckets.end() || *found != std::chrono::floor<std::chrono::days>(*time)) continue;
    auto& point = series.points[static_cast<std::size_t>(found - buckets.begin())];
    if (!is_null(row[2])) point.value = to_real(row[2]);
    point.n = to_integer(row[3]);
    point.few = !counts && point.n < kFewEvents;
  }
  std::vector<Series> out;
  for (auto& [segment, series] : by_segment) out.push_back(std::move(series));
  if (counts) std::stable_sort(out.begin(), out.end(), [](const Series& a, const Series& b) { return total_of(a) > total_of(b); });
  return out;
}

Table table_of(const std::vector<Series>& all) {
  Table table{{{"bucket", ValueType::kDay}, {"segment"}, {"value", ValueType::kReal}, {"n", ValueType::kInteger}, {"few", ValueType::kBool}}, {}};
  for (const auto& series : all)
    for (const auto& point : series.points)
      table.rows.push_back({Time{point.at}, series.segment, point.value ? Value{*point.value} : Value{}, point.n, point.few});
  return table;
}

Result<Evidence> evidence_of(Engine& store, const Metric& metric, Day at, Grain grain, std::string_view segment, const Filter& filter,
                             std::int64_t limit, std::int64_t offset) {
  Day from = bucket_start(at, grain);
  Parameters parameters{{"at", from}, {"segment", std::string{segment}}};
  auto behind = filtered(metric, from, next_bucket(from, grain), grain, filter) +
                ", behind AS (SELECT DISTINCT unnest(evidence) AS activity_id FROM metric WHERE bucket = $at AND segment = $segment) ";
  // The page is cut first, so that texts and titles are fetched for what is shown alone.
  auto page = TRY(store.query(behind + fmt::format(
      ", chosen AS (SELECT activity_id, happened_at, count(*) OVER () AS total FROM behind JOIN main.activity_people USING (activity_id) "
      "ORDER BY happened_at DESC, activity_id LIMIT {} OFFSET {}) "
      "SELECT p.activity_id, p.thread_id, p.person_id, p.kind, p.person, p.person_kind, p.organization, p.source, p.place, "
      "coalesce(nullif(a.title, ''), t.title), left(a.text, 400), coalesce(a.url, t.url), p.is_team, p.happened_at, c.total FROM chosen c "
      "JOIN main.activity_people p USING (activity_id) JOIN activity a USING (activity_id) LEFT JOIN thread t ON t.thread_id = a.thread_id "
      "ORDER BY p.happened_at DESC, p.activity_id", limit, offset), parameters).in("metric " + metric.name));
  Evidence evidence;
  if (!page.rows.empty()) {
    evidence.total = to_integer(page.rows[0][14]);
  } else if (offset > 0) {
    auto count = TRY(store.query(behind + "SELECT count(*) FROM behind", parameters));
    evidence.total = to_integer(count.rows[0][0]);
  }
  for (const auto& row : page.rows) {
    EvidenceItem item{to_integer(row[0]), to_integer(row[1]), to_integer(row[2]), to_text(row[3]), to_text(row[4]), to_text(row[5]),
                      to_text(row[6]), to_text(row[7]), to_text(row[8]), to_text(row[9]), to_text(row[10]), to_text(row[11]),
                      to_integer(row[12]) != 0, {}};
    if (auto time = std::get_if<Time>(&row[13])) item.happened_at = *time;
    evidence.items.push_back(std::move(item));
  }
  return evidence;
}

Result<std::optional<DataSpan>> data_span(Engine& store) {
  auto table = TRY(store.query("SELECT min(day), max(day) FROM activity_people"));
  auto first = std::get_if<Time>(&table.rows[0][0]), last = std::get_if<Time>(&table.rows[0][1]);
  if (first == nullptr || last == nullptr) return std::optional<DataSpan>{};
  return std::optional<DataSpan>{DataSpan{std::chrono::floor<std::chrono::days>(*first), std::chrono::floor<std::chrono::days>(*last)}};
}

}  // namespace rapport
