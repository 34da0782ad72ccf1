#include "sim/truth.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>
#include <map>
#include <optional>

#include "sim/out_file.h"
#include "sim/series.h"
#include "sim/text/spelling.h"

namespace rapport::sim {
namespace {

struct Fixed {  // a number with so many digits behind the point
  double value;
  int digits;
};

// A line of cells; each text is quoted where need be.
template <class... Cells>
void line(std::string& out, const Cells&... cells) {
  std::size_t left = sizeof...(cells);
  auto one = [&]<class Cell>(const Cell& cell) {
    char after = --left == 0 ? '\n' : ',';
    if constexpr (std::is_convertible_v<const Cell&, std::string_view>) {
      append_csv(out, cell, after);
    } else {
      fmt::basic_memory_buffer<char, 64> number;
      if constexpr (std::is_same_v<Cell, Fixed>) fmt::format_to(std::back_inserter(number), FMT_COMPILE("{:.{}f}"), cell.value, cell.digits);
      else fmt::format_to(std::back_inserter(number), FMT_COMPILE("{}"), cell);
      out.append(number.data(), number.size());
      out += after;
    }
  };
  (one(cells), ...);
}

class TruthWriter : public Writer {
 public:
  explicit TruthWriter(const WriterContext& context)
      : world_(context.world), series_(world_.community, world_.calendar, world_.works), folder_(context.folder / "truth"),
        dates_(static_cast<std::size_t>(world_.community.parameters().days()) + 1), days_(folder_ / "series.csv"), effects_(folder_ / "effect_daily.csv") {
    line(days_.buffer(), "day", "series", "baseline", "with_outside", "expected", "observed");
    line(effects_.buffer(), "day", "work", "series", "effect", "counterfactual");
    write_people();
    write_works();
  }

  void thread(std::span<const Activity> posts) override {
    const auto& root = posts[0];
    ++counts_[{std::string{platform_name(root.platform)}, fmt::format("thread/{}", role_name(root.role))}];
  }

  void activity(const Activity& activity) override {
    auto platform = static_cast<std::size_t>(activity.platform);
    ++kinds_[platform][static_cast<std::size_t>(activity.kind)];
    if (activity.kind == Kind::kPost) ++roles_[platform][static_cast<std::size_t>(activity.role)];
  }

  void day(const DayFacts& facts) override {
    const auto& date = this->date(facts.day);
    for (std::size_t s = 0; s < kSeries; ++s) {
      auto series = static_cast<Series>(s);
      line(days_.buffer(), date, series_name(series), Fixed{facts.baseline[s], 6}, Fixed{facts.outside[s], 6}, Fixed{facts.expected[s], 6}, facts.observed[s]);
      observed_[s] += facts.observed[s];
      for (const auto& work : world_.works) {
        if (work.day > facts.day) break;
        double effect = series_.effect(work, series, facts.day);
        if (effect == 0) continue;
        line(effects_.buffer(), date, work_name(work.number), series_name(series), Fixed{effect, 6}, Fixed{facts.expected[s] - effect, 6});
        totals_[{work.number, series}] += effect;
      }
    }
    days_.flush_if_full();
    effects_.flush_if_full();
  }

  Result<> finish() override {
    OutFile effects{folder_ / "effects.csv"};
    line(effects.buffer(), "work", "series", "shape", "lift", "delay_days", "span_days", "total_effect");
    for (const auto& work : world_.works)
      for (const auto& effect : work.effects)
        line(effects.buffer(), work_name(work.number), series_name(effect.series), shape_name(effect.shape), Fixed{effect.lift, 6}, effect.delay, effect.span,
             Fixed{totals_[{work.number, effect.series}], 3});
    TRY(effects.close());

    OutFile counts{folder_ / "counts.csv"};
    line(counts.buffer(), "where", "what", "count");
    for (const auto& [key, count] : counts_) line(counts.buffer(), key.first, key.second, count);
    for (std::size_t p = 0; p < kPlatforms; ++p) {
      for (std::size_t k = 0; k < kKinds; ++k)
        if (kinds_[p][k] > 0) line(counts.buffer(), platform_name(static_cast<Platform>(p)), kind_name(static_cast<Kind>(k)), kinds_[p][k]);
      for (std::size_t r = 0; r < kRoles; ++r)
        if (roles_[p][r] > 0) line(counts.buffer(), platform_name(static_cast<Platform>(p)), fmt::format("post/{}", role_name(static_cast<Role>(r))), roles_[p][r]);
    }
    for (std::size_t s = 0; s < kSeries; ++s) line(counts.buffer(), "series", series_name(static_cast<Series>(s)), observed_[s]);
    TRY(counts.close());
    TRY(days_.close());
    TRY(effects_.close());
    if (failed_) return fail(*failed_);
    return {};
  }

 private:
  const std::string& date(int day) {
    auto& text = dates_[static_cast<std::size_t>(day)];
    if (text.empty()) text = format_day(world_.calendar.date(day));
    return text;
  }

  void write_people() {
    const auto& community = world_.community;
    OutFile organizations{folder_ / "organizations.csv"}, people{folder_ / "people.csv"}, accounts{folder_ / "accounts.csv"}, jobs{folder_ / "affiliations.csv"};
    line(organizations.buffer(), "organization", "domain", "is_university");
    for (const auto& organization : community.organizations()) line(organizations.buffer(), organization.name, organization.domain, organization.university);
    line(people.buffer(), "person", "kind", "is_team", "name", "native_name", "country", "utc_minutes", "arrival", "renamed_on", "later_name", "weight", "knowledge");
    line(accounts.buffer(), "platform", "login", "name", "email", "person");
    line(jobs.buffer(), "person", "organization", "domain", "from_day", "to_day");
    for (PersonId id = 0; id < community.people().size(); ++id) {
      const auto& person = community.person(id);
      bool renamed = !person.later_family.empty();
      line(people.buffer(), person_name(id), person_kind_name(person.kind), person.team, person.name.ascii, person.name.native,
           person.kind == PersonKind::kHuman ? community.culture(person).country : "", person.utc_minutes, date(person.arrival), renamed ? date(person.renamed_day) : "",
           renamed ? person.name.given + " " + person.later_family : "", Fixed{person.weight, 3}, Fixed{person.knowledge, 3});
      for (std::size_t p = 0; p < kPlatforms; ++p) {
        auto platform = static_cast<Platform>(p);
        if (!person.has(platform)) continue;
        for (const auto& account : community.accounts(id, platform)) line(accounts.buffer(), platform_name(platform), account.login, account.name, account.email, person_name(id));
        accounts.flush_if_full();
      }
      for (const auto& job : person.jobs) {
        const auto& organization = community.organizations()[job.organization];
        line(jobs.buffer(), person_name(id), organization.name, organization.domain, date(job.from_day), date(job.to_day));
      }
      people.flush_if_full();
      jobs.flush_if_full();
    }
    for (auto* file : {&organizations, &people, &accounts, &jobs})
      if (auto closed = file->close(); !closed && !failed_) failed_ = closed.error();
  }

  void write_works() {
    OutFile works{folder_ / "works.csv"}, outside{folder_ / "outside.csv"};
    line(works.buffer(), "work", "kind", "day", "title", "topic", "owner", "audience", "reached", "hours", "cost", "link", "has_effect");
    for (const auto& work : world_.works)
      line(works.buffer(), work_name(work.number), work_kind_name(work.kind), date(work.day), work.title, world_.topics.topics()[work.topic].slug, person_name(work.owner), work.audience,
           work.reached, work.hours, work.cost, work.link, !work.effects.empty());
    line(outside.buffer(), "kind", "from_day", "days", "visits_factor", "questions_factor");
    for (const auto& event : world_.calendar.outside()) line(outside.buffer(), event.kind, date(event.from_day), event.days, event.visits, event.questions);
    for (auto* file : {&works, &outside})
      if (auto closed = file->close(); !closed && !failed_) failed_ = closed.error();
  }

  const World& world_;
  SeriesModel series_;
  std::filesystem::path folder_;
  std::vector<std::string> dates_;  // by day, as they are asked for
  OutFile days_, effects_;
  std::map<std::pair<std::string, std::string>, std::int64_t> counts_;
  std::array<std::array<std::int64_t, kKinds>, kPlatforms> kinds_{};
  std::array<std::array<std::int64_t, kRoles>, kPlatforms> roles_{};
  std::array<std::int64_t, kSeries> observed_{};
  std::map<std::pair<std::uint32_t, Series>, double> totals_;
  std::optional<Error> failed_;
};

}  // namespace

std::string person_name(PersonId id) { return fmt::format("p{:06}", id); }
std::string work_name(std::uint32_t number) { return fmt::format("w{:04}", number); }

std::unique_ptr<Writer> open_truth(const WriterContext& context) { return std::make_unique<TruthWriter>(context); }

}  // namespace rapport::sim
