#include "cli/metric_arguments.h"

namespace rapport {
namespace {

constexpr int kShownBuckets = 24;

}  // namespace

void MetricArguments::declare(Arguments& arguments) {
  arguments.option("--from", from, "first day: 2021, 2021-03 or 2021-03-04 [24 buckets before --to]", "DAY")
      .option("--to", to, "the day after the last [the end of the data]", "DAY")
      .choice("--by", grain, {"day", "week", "month", "quarter", "year"}, "length of a bucket")
      .list("--source", filter.sources, "only this source; may be given again", "NAME")
      .list("--place", filter.places, "only this place (category, repository, channel); may be given again", "NAME")
      .list("--organization", filter.organizations, "only people of this organization; may be given again", "NAME")
      .choice("--who", who, {"community", "humans", "team", "bots", "everyone"}, "whose activities count [as the metric says]");
}

Result<Window> MetricArguments::window(Engine& store) const {
  Window window;
  window.grain = TRY(parse_grain(grain));
  auto span = TRY(data_span(store));
  if (!span && (from.empty() || to.empty())) return fail(Error::Kind::kNotFound, "nothing was collected yet", "run `rapport add WHAT`, then `rapport sync`");
  window.to = to.empty() ? next_bucket(bucket_start(span->last, window.grain), window.grain) : TRY(parse_day(to));
  if (from.empty()) {
    Day start = bucket_start(window.to - std::chrono::days{1}, window.grain);
    for (int i = 1; i < kShownBuckets; ++i) start = bucket_start(start - std::chrono::days{1}, window.grain);
    window.from = std::max(start, span ? bucket_start(span->first, window.grain) : start);
  } else {
    window.from = TRY(parse_day(from));
  }
  if (window.from >= window.to) return fail(Error::Kind::kBadInput, "--from is not before --to", "--to is the day after the last one counted");
  return window;
}

Result<Filter> MetricArguments::filters() const {
  Filter out = filter;
  if (!who.empty()) out.who = TRY(parse_who(who));
  return out;
}

}  // namespace rapport
