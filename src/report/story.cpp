#include "report/story.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/figures.h"

namespace rapport {
namespace {

constexpr std::array kToldMetrics = std::to_array<std::string_view>(
    {"active_people", "new_people", "commits", "threads_opened", "share_answered", "first_response_hours", "contributor_absence_factor",
     "organizations_active"});
constexpr int kFewestBuckets = 6;

Grain grain_for(const DataSpan& span) {
  auto days = (span.last - span.first).count() + 1;
  if (days >= 365 * (kFewestBuckets - 1)) return Grain::kYear;
  if (days >= 91 * kFewestBuckets) return Grain::kQuarter;
  if (days >= 30 * kFewestBuckets) return Grain::kMonth;
  return days >= 7 * kFewestBuckets ? Grain::kWeek : Grain::kDay;
}

Result<> count_everything(Engine& store, Story& story) {
  auto totals = TRY(store.query(
      "SELECT count(*), count(DISTINCT person_id) FILTER (person_kind = 'human'), count(DISTINCT person_id) FILTER (person_kind <> 'human'), "
      "count(DISTINCT organization_id), bool_or(is_team), (SELECT count(*) FROM rejected_record) FROM activity_people"));
  const auto& row = totals.rows.at(0);
  story.activities = to_integer(row[0]);
  story.people = to_integer(row[1]);
  story.bots = to_integer(row[2]);
  story.organizations = to_integer(row[3]);
  story.team_known = to_integer(row[4]) != 0;
  story.set_aside = to_integer(row[5]);
  auto kinds = TRY(store.query("SELECT source, connector, kind, count(*) AS n FROM activity_people GROUP BY ALL ORDER BY source, n DESC, kind"));
  for (const auto& kind : kinds.rows) {
    if (story.sources.empty() || story.sources.back().name != to_text(kind[0])) story.sources.push_back({to_text(kind[0]), to_text(kind[1]), {}});
    story.sources.back().kinds.emplace_back(to_text(kind[2]), to_integer(kind[3]));
  }
  return {};
}

Result<> find_answerers(Engine& store, const StoryQuery& query, Story& story) {
  auto table = TRY(store.query(fmt::format(
      "WITH answer AS (SELECT a.person_id, any_value(a.person) AS name, max(a.organization) AS organization, bool_or(a.is_team) AS is_team, "
      "count(*) AS answers FROM activity_people a JOIN (SELECT thread_id, person_id FROM thread_people) t USING (thread_id) WHERE {} AND "
      "a.kind IN ('reply', 'answer', 'comment', 'review', 'mail', 'message') AND a.person_id IS NOT NULL AND a.person_id IS DISTINCT FROM "
      "t.person_id GROUP BY a.person_id) SELECT person_id, name, organization, is_team, answers, sum(answers) OVER () FROM answer ORDER BY answers "
      "DESC, person_id LIMIT 10", filter_condition(query.filter, Who::kHumans))));
  for (const auto& row : table.rows) {
    auto answers = to_integer(row[4]);
    story.answerers.push_back({to_integer(row[0]), to_text(row[1]), to_text(row[2]), to_integer(row[3]) != 0, answers, answers});
    story.answers = to_integer(row[5]);
  }
  return {};
}

// ---- findings ---------------------------------------------------------------------------------------------------

const StoryLine* line_of(const Story& story, std::string_view metric, std::string_view segment = "all") {
  for (const auto& line : story.lines)
    if (line.metric->name == metric && line.segment == segment) return &line;
  return nullptr;
}

// All buckets of the lines but a last one that the data covers for less than nine tenths.
std::size_t count_whole_buckets(const Story& story) {
  if (story.lines.empty()) return 0;
  const auto& points = story.lines.front().points;
  Day begin = points.back().at, end = next_bucket(begin, story.grain);
  bool whole = (story.span.last + std::chrono::days{1} - begin) * 10 >= (end - begin) * 9;
  return points.size() - (whole ? 0 : 1);
}

std::string evidence_command(const Story& story, std::string_view metric, Day at) {
  return fmt::format("rapport evidence {} --at {}{}", metric, format_day(at),
                     story.grain == Grain::kMonth ? "" : fmt::format(" --by {}", grain_name(story.grain)));
}

std::size_t peak_of(const StoryLine& line) {
  auto value = [](const Point& point) { return point.value.value_or(0); };
  return static_cast<std::size_t>(std::max_element(line.points.begin(), line.points.end(), [&](auto& a, auto& b) { return value(a) < value(b); }) -
                                  line.points.begin());
}

// When it grew, when it was largest, when it fell under half of that for good.
void tell_growth(Story& story, std::string_view metric, std::string_view noun) {
  const auto* line = line_of(story, metric);
  if (line == nullptr || story.whole_buckets < 3) return;
  auto peak = peak_of(*line);
  double most = line->points[peak].value.value_or(0);
  if (most < static_cast<double>(kFewEvents)) return;
  auto half = story.whole_buckets;
  while (half > peak + 1 && line->points[half - 1].value.value_or(0) * 2 < most) --half;
  std::string text = fmt::format("{} {} in {}, the most there ever were", with_thousands(most), noun, bucket_label(line->points[peak].at, story.grain));
  const auto& last = line->points[story.whole_buckets - 1];
  if (half < story.whole_buckets)
    text += fmt::format("; since {} fewer than half of that ({} in {})", bucket_label(line->points[half].at, story.grain),
                        with_thousands(last.value.value_or(0)), bucket_label(last.at, story.grain));
  story.findings.push_back({text + ".", evidence_command(story, metric, line->points[peak].at)});
}

void tell_answers(Story& story) {
  const auto* share = line_of(story, "share_answered");
  const auto* wait = line_of(story, "first_response_hours");
  if (share == nullptr) return;
  double answered = 0;
  std::int64_t threads = 0;
  const Point *best = nullptr, *worst = nullptr;
  for (const auto& point : share->points) {
    if (!point.value) continue;
    answered += *point.value * static_cast<double>(point.n);
    threads += point.n;
    if (point.few) continue;
    if (best == nullptr || *point.value > *best->value) best = &point;
    if (worst == nullptr || *point.value < *worst->value) worst = &point;
  }
  if (threads < kFewEvents || best == nullptr) return;
  std::string text = fmt::format("{:.0f} % of {} threads got a reply by another person", 100 * answered / static_cast<double>(threads), with_thousands(static_cast<double>(threads)));
  if (*best->value - *worst->value > 0.05)
    text += fmt::format(": {:.0f} % in {}, {:.0f} % in {}", 100 * *best->value, bucket_label(best->at, story.grain), 100 * *worst->value,
                        bucket_label(worst->at, story.grain));
  story.findings.push_back({text + ".", evidence_command(story, "share_answered", worst->at)});
  if (wait == nullptr) return;
  const Point *quickest = nullptr, *slowest = nullptr;
  for (const auto& point : wait->points) {
    if (!point.value || point.few) continue;
    if (quickest == nullptr || *point.value < *quickest->value) quickest = &point;
    if (slowest == nullptr || *point.value > *slowest->value) slowest = &point;
  }
  if (quickest == nullptr || quickest == slowest) return;
  story.findings.push_back({fmt::format("The median first reply took {} in {} and {} in {}.", duration_label(*quickest->value),
                                        bucket_label(quickest->at, story.grain), duration_label(*slowest->value), bucket_label(slowest->at, story.grain)),
                            evidence_command(story, "first_response_hours", slowest->at)});
}

void tell_concentration(Story& story) {
  if (story.answers >= kFewEvents && !story.answerers.empty()) {
    std::int64_t sum = 0;
    std::size_t people = 0;
    while (people < story.answerers.size() && sum * 2 < story.answers) sum += story.answerers[people++].answers;
    double first = 100.0 * static_cast<double>(story.answerers[0].answers) / static_cast<double>(story.answers);
    std::string half = sum * 2 >= story.answers
                           ? fmt::format("{} {} gave half of all {} replies to others", people, people == 1 ? "person" : "people", with_thousands(static_cast<double>(story.answers)))
                           : fmt::format("More than {} people gave half of all {} replies to others", story.answerers.size(), with_thousands(static_cast<double>(story.answers)));
    story.findings.push_back({fmt::format("{}; the busiest alone {:.0f} %.", half, first), "rapport report --format html"});
  }
  const auto* code = line_of(story, "contributor_absence_factor", "code");
  if (code == nullptr) return;
  std::vector<const Point*> sure;
  for (const auto& point : code->points)
    if (point.value && !point.few) sure.push_back(&point);
  if (sure.size() < 3) return;
  auto [least, most] = std::minmax_element(sure.begin(), sure.end(), [](auto a, auto b) { return *a->value < *b->value; });
  auto range = *(*least)->value == *(*most)->value ? fmt::format("{:.0f}", *(*least)->value) : fmt::format("{:.0f} to {:.0f}", *(*least)->value, *(*most)->value);
  story.findings.push_back({fmt::format("Half of each {}'s code work came from {} {}.", grain_name(story.grain), range, range == "1" ? "person" : "people"),
                            "rapport metric contributor_absence_factor --by " + std::string{grain_name(story.grain)}});
}

}  // namespace

Result<Story> story_of(Engine& store, const StoryQuery& query) {
  auto span = TRY(data_span(store));
  if (!span) return fail(Error::Kind::kNotFound, "nothing was collected yet", "run `rapport add WHAT`, then `rapport sync`");
  Story story;
  story.project = query.project;
  story.span = *span;
  story.grain = grain_for(*span);
  TRY(count_everything(store, story));
  Window window{span->first, span->last + std::chrono::days{1}, story.grain};
  for (auto name : kToldMetrics) {
    const auto& metric = *TRY(find_metric(name));
    for (auto& series : TRY(evaluate(store, metric, window, query.filter))) {
      double total = 0;
      for (const auto& point : series.points) total += static_cast<double>(point.n);
      if (total > 0) story.lines.push_back({&metric, series.segment, std::move(series.points)});
    }
  }
  story.whole_buckets = count_whole_buckets(story);
  TRY(find_answerers(store, query, story));
  tell_growth(story, "active_people", "people were active");
  tell_growth(story, "commits", "commits were made");
  tell_growth(story, "threads_opened", "threads were opened");
  tell_answers(story);
  tell_concentration(story);
  story.latest = TRY(community_of(store, {{}, Grain::kMonth, query.filter, query.today}));
  return story;
}

}  // namespace rapport
