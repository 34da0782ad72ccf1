#include "sim/works.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/text/spelling.h"
#include "sim/text/topics.h"

namespace rapport::sim {
namespace {

struct Habit {
  WorkKind kind;
  double per_year;
  double hours, cost;  // medians
  std::string_view medium, source;
};

constexpr Habit kHabits[] = {
    {WorkKind::kPost, 14, 9, 0, "blog", "newsletter"},      {WorkKind::kTutorial, 6, 22, 0, "tutorial", "docs"},
    {WorkKind::kTalk, 7, 30, 900, "talk", "conference"},    {WorkKind::kWorkshop, 4, 40, 1500, "workshop", "meetup"},
    {WorkKind::kRelease, 6, 12, 0, "release", "changelog"}, {WorkKind::kCampaign, 3, 18, 4000, "campaign", "social"},
    {WorkKind::kPodcast, 6, 8, 120, "podcast", "feed"},
};

constexpr std::string_view kAudiences[] = {"backend developers", "mobile developers", "web developers", "data engineers", "students", "newcomers"};

std::string title_of(WorkKind kind, const Topic& topic, const Problem& problem, Random& random) {
  int variant = random.range(0, 2);
  switch (kind) {
    case WorkKind::kPost: return variant == 0 ? fmt::format("What we learned about {}", topic.title) : variant == 1 ? fmt::format("{} in practice", topic.title) : fmt::format("Five notes on {}", topic.title);
    case WorkKind::kTutorial: return variant == 0 ? fmt::format("Tutorial: {} step by step", topic.title) : fmt::format("Build an app with {}", problem.api);
    case WorkKind::kTalk: return variant == 0 ? fmt::format("{}: a field report", topic.title) : fmt::format("The hard parts of {}", topic.title);
    case WorkKind::kWorkshop: return fmt::format("Hands-on: {}", topic.title);
    case WorkKind::kCampaign: return fmt::format("Try {} week", topic.title);
    case WorkKind::kPodcast: return fmt::format("Kelvane on air: {}", topic.title);
    case WorkKind::kRelease: break;
  }
  return {};
}

// Which effects a work of a kind may have. Drawn for each work by itself; most have none.
void draw_effects(Work& work, Random& random) {
  if (!random.chance(work.kind == WorkKind::kRelease ? 0.75 : 0.4)) return;
  double size = std::min(0.9, random.lognormal(0.18, 0.6));
  auto add = [&](Series series, Shape shape, double lift, int delay, int span) { work.effects.push_back({series, shape, lift, delay, span}); };
  switch (work.kind) {
    case WorkKind::kPost:
      add(Series::kVisits, Shape::kFading, size * 1.6, 0, random.range(2, 6));
      if (random.chance(0.5)) add(Series::kSignups, Shape::kFading, size, 0, random.range(3, 9));
      break;
    case WorkKind::kTutorial:
      add(Series::kVisits, Shape::kLasting, size * 0.3, 0, 1);
      if (random.chance(0.5)) add(Series::kFirstCalls, Shape::kLasting, size * 0.35, 0, 1);
      if (random.chance(0.5)) add(Series::kQuestions, Shape::kLasting, -size * 0.15, 0, 1);
      break;
    case WorkKind::kTalk:
      add(Series::kSignups, Shape::kDelayed, size * 1.3, random.range(3, 12), random.range(7, 21));
      if (random.chance(0.4)) add(Series::kPypi, Shape::kDelayed, size * 0.5, 7, 14);
      break;
    case WorkKind::kWorkshop:
      add(Series::kFirstCalls, Shape::kPulse, size * 2, 0, random.range(2, 5));
      if (random.chance(0.5)) add(Series::kQuestions, Shape::kPulse, size * 0.8, 0, 4);
      break;
    case WorkKind::kRelease:
      add(Series::kNpm, Shape::kFading, size * 2, 0, random.range(4, 10));
      add(Series::kPypi, Shape::kFading, size * 1.5, 0, random.range(4, 10));
      add(Series::kQuestions, Shape::kFading, size * 1.4, 1, random.range(3, 7));
      break;
    case WorkKind::kCampaign:
      add(Series::kVisits, Shape::kPulse, size * 2.2, 0, 7);
      add(Series::kSignups, Shape::kPulse, size * 1.1, 1, 7);
      break;
    case WorkKind::kPodcast: add(Series::kVisits, Shape::kDelayed, size * 0.7, 2, 10); break;
  }
}

}  // namespace

std::string_view series_name(Series series) {
  constexpr std::string_view kNames[] = {"visits", "signups", "first_calls", "npm_downloads", "pypi_downloads", "questions"};
  return kNames[static_cast<std::size_t>(series)];
}

std::string_view shape_name(Shape shape) {
  constexpr std::string_view kNames[] = {"pulse", "delayed", "lasting", "fading"};
  return kNames[static_cast<std::size_t>(shape)];
}

std::string_view work_kind_name(WorkKind kind) {
  constexpr std::string_view kNames[] = {"post", "tutorial", "talk", "workshop", "release", "campaign", "podcast"};
  return kNames[static_cast<std::size_t>(kind)];
}

double Effect::at(int days_since) const {
  int since = days_since - delay;
  if (since < 0) return 0;
  switch (shape) {
    case Shape::kPulse:
    case Shape::kDelayed: return since < span ? lift : 0;
    case Shape::kLasting: return lift;
    case Shape::kFading: return since > span * 12 ? 0 : lift * std::exp2(-static_cast<double>(since) / span);
  }
  return 0;
}

std::vector<Work> make_works(const Community& community, const Calendar& calendar) {
  const auto& parameters = community.parameters();
  Topics topics;
  std::vector<Work> works;
  for (const auto& habit : kHabits) {
    int wanted = static_cast<int>(habit.per_year * parameters.years);
    for (int i = 0; i < wanted; ++i) {
      Random random{parameters.seed, Purpose::kWork, static_cast<std::uint64_t>(habit.kind), static_cast<std::uint64_t>(i)};
      Work work;
      work.kind = habit.kind;
      // Spread over the time, a little irregular, never on a weekend.
      work.day = std::clamp(static_cast<int>((i + random.uniform()) / wanted * parameters.days()), 0, parameters.days() - 3);
      while (calendar.weekday(work.day) < 0.9) ++work.day;
      work.topic = static_cast<std::uint16_t>(random.below(topics.topics().size()));
      const auto& topic = topics.topics()[work.topic];
      const auto& problem = topics.problems()[topic.first_problem + random.below(topic.problems)];
      std::vector<PersonId> there;
      for (auto id : community.team())
        if (community.person(id).arrival <= work.day) there.push_back(id);
      work.owner = there[random.below(there.size())];
      work.audience = kAudiences[random.below(std::size(kAudiences))];
      work.hours = std::round(random.lognormal(habit.hours, 0.4) * 2) / 2;
      work.cost = habit.cost > 0 ? std::round(random.lognormal(habit.cost, 0.4)) : 0;
      work.reached = static_cast<int>(random.lognormal(0.05 * parameters.people + 20, 0.7));
      if (habit.kind == WorkKind::kRelease) {
        int major = i >= wanted * 11 / 20 ? 2 : 1;
        work.version = fmt::format("{}.{}.0", major, major == 2 ? i - wanted * 11 / 20 : i + 1);
        work.title = fmt::format("{} {}", kProduct, work.version);
      } else {
        work.title = title_of(habit.kind, topic, problem, random);
      }
      Random effect{parameters.seed, Purpose::kEffect, static_cast<std::uint64_t>(habit.kind), static_cast<std::uint64_t>(i)};
      draw_effects(work, effect);
      work.slug = std::string{habit.medium};  // finished below, when the number is known
      work.link = std::string{habit.source};
      works.push_back(std::move(work));
    }
  }
  std::stable_sort(works.begin(), works.end(), [](const Work& a, const Work& b) { return a.day < b.day; });
  for (std::uint32_t i = 0; i < works.size(); ++i) {
    auto& work = works[i];
    work.number = i + 1;
    auto medium = work.slug, source = work.link;
    work.slug = slug_of(work.title);
    work.slug += fmt::format("-{}", work.number);
    work.link = fmt::format("https://{}/blog/{}?utm_source={}&utm_medium={}&utm_campaign=w{:04}", kDomain, work.slug, source, medium, work.number);
  }
  return works;
}

}  // namespace rapport::sim
