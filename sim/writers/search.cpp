// search/search_console.csv: clicks, impressions, CTR and position per day, query and page, with the columns of a
// Search Console export. What people search follows the topics; where no page answers, the position is poor.
#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "sim/out_file.h"
#include "sim/series.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

class SearchWriter : public Writer {
 public:
  explicit SearchWriter(const WriterContext& context)
      : world_(context.world), series_(world_.community, world_.calendar, world_.works), file_(context.folder / "search/search_console.csv") {
    file_.write("Date,Query,Page,Clicks,Impressions,CTR,Position\n");
    for (const auto& problem : world_.topics.problems()) {
      std::string_view error = problem.error;
      auto colon = error.find(':');
      queries_.push_back(lower_ascii("kelvane " + std::string{error.substr(0, colon == std::string_view::npos ? 30 : colon)}));
    }
  }

  void day(const DayFacts& facts) override {
    auto date = format_day(world_.calendar.date(facts.day));
    double fraction = static_cast<double>(facts.day) / world_.community.parameters().days();
    double demand = series_.audience(facts.day) * series_.scale() * world_.calendar.people(facts.day) * 0.002;
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      const auto& topic = world_.topics.topics()[world_.topics.problems()[i].topic];
      Random random{world_.community.seed(), Purpose::kSearch, i, static_cast<std::uint64_t>(facts.day)};
      auto impressions = random.poisson(demand * topic.weight_at(fraction));
      if (impressions == 0) continue;
      double position = topic.is_documented() ? random.lognormal(2.4 + static_cast<double>(i % 5), 0.15) : random.lognormal(14, 0.25);
      double rate = 0.32 / position;
      std::int64_t clicks = 0;
      for (std::int64_t k = 0; k < impressions; ++k) clicks += random.chance(rate);
      fmt::format_to(std::back_inserter(file_.buffer()), "{},{},https://{}/docs/{},{},{},{:.2f}%,{:.1f}\n", date, queries_[i], kDomain, topic.is_documented() ? topic.page : "", clicks, impressions,
                     100.0 * static_cast<double>(clicks) / static_cast<double>(impressions), position);
    }
    file_.flush_if_full();
  }

  Result<> finish() override { return file_.close(); }

 private:
  const World& world_;
  SeriesModel series_;
  OutFile file_;
  std::vector<std::string> queries_;
};

}  // namespace

std::unique_ptr<Writer> open_search(const WriterContext& context) { return std::make_unique<SearchWriter>(context); }

}  // namespace rapport::sim
