// survey/<year>.csv: the yearly developer survey; truth/survey.csv: the shares it was drawn from. Satisfaction falls a
// little each year and is lower among users of undocumented topics, so that an interval has something to find.
#include <fmt/format.h>

#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

class SurveyWriter : public Writer {
 public:
  explicit SurveyWriter(const WriterContext& context) : world_(context.world), folder_(context.folder) {}

  Result<> finish() override {
    OutFile truth{folder_ / "truth/survey.csv"};
    truth.write("year,probability_satisfied,probability_would_recommend\n");
    const auto& parameters = world_.community.parameters();
    for (int year = 0; year < parameters.years; ++year) {
      int first = static_cast<int>(std::chrono::year_month_day{parameters.start + std::chrono::days{year * 365 + 180}}.year());
      double satisfied = 0.74 - 0.04 * year, recommend = 0.55 - 0.03 * year;
      truth.write(fmt::format("{},{:.3f},{:.3f}\n", first, satisfied, recommend));
      OutFile file{folder_ / "survey" / fmt::format("{}.csv", first)};
      file.write("respondent,submitted_at,role,sdk,satisfaction,recommend_0_to_10,hardest_topic,comment\n");
      Random random{parameters.seed, Purpose::kSurvey, static_cast<std::uint64_t>(year)};
      auto respondents = random.poisson(parameters.people * 0.06 + 20);
      for (std::int64_t i = 0; i < respondents; ++i) answer(file, random, year, i, satisfied, recommend);
      TRY(file.close());
    }
    return truth.close();
  }

 private:
  void answer(OutFile& file, Random& random, int year, std::int64_t number, double satisfied, double recommend) {
    constexpr std::string_view kRoles[] = {"backend", "frontend", "mobile", "data", "student", "manager"}, kSdks[] = {"TypeScript", "Python", "Go", "Rust", "Java"};
    constexpr std::string_view kComments[] = {"", "", "", "more examples, please", "docs are good, search is not", "breaking changes hurt", "great community, thanks!", "the \"quickstart\" took me a day, honestly"};
    auto& out = file.buffer();
    append_csv(out, fmt::format("r{}-{:04}", year + 1, number));
    append_csv(out, iso_utc(world_.second(year * 365 + 150) + static_cast<std::int64_t>(random.exponential(4 * 86400))));
    append_csv(out, random.pick<std::string_view>(kRoles));
    append_csv(out, random.pick<std::string_view>(kSdks));
    append_csv(out, fmt::to_string(random.chance(satisfied) ? random.range(4, 5) : random.range(1, 3)));
    append_csv(out, fmt::to_string(random.chance(recommend) ? random.range(9, 10) : random.range(2, 8)));
    append_csv(out, world_.topics.topics()[random.below(world_.topics.topics().size())].slug);
    append_csv(out, random.pick<std::string_view>(kComments), '\n');
    file.flush_if_full();
  }

  const World& world_;
  std::filesystem::path folder_;
};

}  // namespace

std::unique_ptr<Writer> open_survey(const WriterContext& context) { return std::make_unique<SurveyWriter>(context); }

}  // namespace rapport::sim
