#include "report/community.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

namespace rapport {
namespace {

constexpr double kBeyondCounting = 1.96;  // standard deviations: two-sided 5 % where counting is all the chance there is
constexpr double kBeyondUsual = 2.5;      // steps by deviation from median: holds the false alarms of restless series near 5 %
constexpr std::size_t kHistory = 12;      // buckets that tell how much a metric moves by itself
constexpr std::size_t kEnoughHistory = 6; // differences
constexpr std::size_t kMostSegments = 6;

double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How far one bucket usually is from the next; 0 where there is too little history.
double usual_step(const std::vector<double>& history) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < history.size(); ++i) steps.push_back(std::abs(history[i] - history[i - 1]));
  return steps.size() < kEnoughHistory ? 0 : 1.4826 * median(std::move(steps));
}

double counting_noise(const Metric& metric, const Point& now, const Point& before) {
  if (metric.shape == Metric::Shape::kCount) return std::sqrt(std::max(0.0, *now.value + *before.value));
  if (metric.shape == Metric::Shape::kShare) {
    auto total = static_cast<double>(now.n + before.n);
    double p = std::clamp((*now.value * static_cast<double>(now.n) + *before.value * static_cast<double>(before.n)) / total, 0.0, 1.0);
    return std::sqrt(p * (1 - p) * (1.0 / static_cast<double>(now.n) + 1.0 / static_cast<double>(before.n)));
  }
  return 0;
}

// Over, and the data reaches at least nine tenths into it.
bool is_complete(Day from, Grain grain, Day last, Day today) {
  Day to = next_bucket(from, grain);
  return to <= today && (last + std::chrono::days{1} - from) * 10 >= (to - from) * 9;
}

// The period to look at: the one asked for, or the last complete one.
Day period_of(const DataSpan& span, const CommunityQuery& query) {
  if (query.at) return bucket_start(*query.at, query.grain);
  Day last = bucket_start(std::min(span.last, query.today), query.grain);
  bool only_one = last <= bucket_start(span.first, query.grain);
  if (only_one || is_complete(last, query.grain, span.last, query.today)) return last;
  return bucket_start(last - std::chrono::days{1}, query.grain);
}

Result<std::vector<Comparison>> compare(Engine& store, const Metric& metric, const Filter& filter, const Community& community) {
  Window window{community.before_from, community.to, community.grain};
  for (std::size_t i = 1; i < kHistory; ++i) window.from = bucket_start(window.from - std::chrono::days{1}, community.grain);
  auto all = TRY(evaluate(store, metric, window, filter));
  std::vector<Comparison> comparisons;
  std::size_t taken = 0;
  for (const auto& series : all) {
    if (taken++ == kMostSegments) break;
    Comparison comparison;
    comparison.metric = &metric;
    comparison.segment = series.segment;
    comparison.now = series.points.back();
    comparison.before = series.points[series.points.size() - 2];
    std::vector<double> history;
    for (std::size_t i = 0; i + 1 < series.points.size(); ++i)
      if (series.points[i].value) history.push_back(*series.points[i].value);
    const auto &now = comparison.now.value, &before = comparison.before.value;
    if (now && before) {
      if (metric.shape == Metric::Shape::kShare) comparison.change = *now - *before;
      else if (*before != 0) comparison.change = (*now - *before) / *before;
    }
    // A part of a period against a whole one says nothing.
    comparison.verdict = community.complete ? judge(metric, comparison.now, comparison.before, history) : Verdict::kUnclear;
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

constexpr std::size_t kMostAtOnce = 4;

// Every metric, in the order of the table. Each is a small question of its own that keeps one core busy, so several
// connections ask at once.
Result<std::vector<Comparison>> compare_all(Engine& store, const Filter& filter, const Community& community) {
  auto all = metrics();
  std::vector<Result<std::vector<Comparison>>> answers(all.size());
  std::atomic<std::size_t> next{0};
  auto ask = [&](Engine& engine) {
    for (auto i = next++; i < all.size(); i = next++) answers[i] = compare(engine, all[i], filter, community);
  };
  std::vector<std::unique_ptr<Engine>> more;
  for (std::size_t i = 1; i < std::min<std::size_t>(kMostAtOnce, std::thread::hardware_concurrency()); ++i) more.push_back(TRY(store.another()));
  {
    std::vector<std::jthread> threads;
    for (auto& engine : more) threads.emplace_back([&ask, &engine] { ask(*engine); });
    ask(store);
  }
  std::vector<Comparison> comparisons;
  for (auto& answer : answers)
    for (auto& comparison : TRY(std::move(answer))) comparisons.push_back(std::move(comparison));
  return comparisons;
}

// "day >= … AND day < …", with the bounds as literals so that the planner knows them.
std::string in_period(const Community& community) {
  return fmt::format("day >= DATE '{}' AND day < DATE '{}'", format_day(community.from), format_day(community.to));
}

Result<std::vector<PersonCount>> people_of(Engine& store, const Community& community, const std::string& condition, bool only_new) {
  auto table = TRY(store.query(fmt::format(
      "WITH active AS (SELECT person_id, any_value(person) AS name, max(organization) AS organization, bool_or(is_team) AS is_team, "
      "count(*) FILTER (kind <> 'role') AS activities, count(*) FILTER (kind IN ('reply', 'answer', 'comment', 'review')) AS answers "
      "FROM activity_people WHERE {} AND {} AND person_id IS NOT NULL GROUP BY person_id) "
      "SELECT person_id, name, organization, is_team, activities, answers FROM active {} ORDER BY activities DESC, person_id LIMIT 10",
      condition, in_period(community),
      only_new ? fmt::format("ANTI JOIN (SELECT person_id FROM activity_people WHERE day < DATE '{}') USING (person_id)", format_day(community.from)) : "")));
  std::vector<PersonCount> people;
  for (const auto& row : table.rows)
    people.push_back({to_integer(row[0]), to_text(row[1]), to_text(row[2]), to_integer(row[3]) != 0, to_integer(row[4]), to_integer(row[5])});
  return people;
}

Result<std::vector<ThreadItem>> threads_of(Engine& store, const Community& community, const std::string& condition, std::string_view rest) {
  auto table = TRY(store.query(fmt::format(
      "SELECT thread_id, title, url, place, person, opened_at, responses, answered_at IS NOT NULL FROM thread_people WHERE {} AND {} {}",
      condition, in_period(community), rest)));
  std::vector<ThreadItem> threads;
  for (const auto& row : table.rows) {
    ThreadItem item{to_integer(row[0]), to_text(row[1]), to_text(row[2]), to_text(row[3]), to_text(row[4]), {}, to_integer(row[6]), to_integer(row[7]) != 0};
    if (auto time = std::get_if<Time>(&row[5])) item.opened_at = *time;
    threads.push_back(std::move(item));
  }
  return threads;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter: return "better";
    case Verdict::kWorse: return "worse";
    case Verdict::kChanged: return "changed";
    case Verdict::kFlat: return "flat";
    case Verdict::kUnclear: return "unclear";
  }
  return "unclear";
}

Verdict judge(const Metric& metric, const Point& now, const Point& before, const std::vector<double>& history) {
  if (!now.value || !before.value || now.few || before.few || now.n + before.n < kFewEvents) return Verdict::kUnclear;
  double step = usual_step(history);
  if (metric.shape == Metric::Shape::kMedian && step == 0) return Verdict::kUnclear;
  double difference = *now.value - *before.value;
  double chance = std::max(kBeyondCounting * counting_noise(metric, now, before), kBeyondUsual * step);
  if (std::abs(difference) <= chance) return Verdict::kFlat;
  if (metric.better == "neither") return Verdict::kChanged;
  return (difference > 0) == (metric.better == "up") ? Verdict::kBetter : Verdict::kWorse;
}

Result<Community> community_of(Engine& store, const CommunityQuery& query) {
  Community community;
  community.grain = query.grain;
  auto span = TRY(data_span(store));
  if (!span) return fail(Error::Kind::kNotFound, "nothing was collected yet", "run `rapport add WHAT`, then `rapport sync`");
  community.from = period_of(*span, query);
  community.to = next_bucket(community.from, query.grain);
  community.before_from = bucket_start(community.from - std::chrono::days{1}, query.grain);
  community.complete = is_complete(community.from, query.grain, span->last, query.today);
  community.comparisons = TRY(compare_all(store, query.filter, community));
  auto condition = filter_condition(query.filter, Who::kHumans);
  community.people = TRY(people_of(store, community, condition, false));
  community.newcomers = TRY(people_of(store, community, filter_condition(query.filter, Who::kCommunity), true));
  auto openers = filter_condition(query.filter, Who::kCommunity);
  community.unanswered = TRY(threads_of(store, community, openers, "AND responses = 0 ORDER BY opened_at, thread_id LIMIT 20"));
  community.busiest = TRY(threads_of(store, community, openers, "AND responses > 0 ORDER BY responses DESC, thread_id LIMIT 10"));
  return community;
}

}  // namespace rapport
