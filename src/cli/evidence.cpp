#include <fmt/format.h>

#include "cli/command.h"
#include "cli/metric_arguments.h"
#include "cli/output.h"
#include "cli/session.h"

namespace rapport {
namespace {

struct Options {
  std::string name, at, segment = "all", format = "table";
  int limit = 50;
  MetricArguments metric;
};

// "2021", "2021-03" and "2021-03-04" name a bucket of their own length, unless --by says otherwise.
std::string grain_of(const Options& options) {
  if (options.metric.grain != "month") return options.metric.grain;
  return options.at.size() == 4 ? "year" : options.at.size() == 10 ? options.metric.grain : "month";
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  const auto& metric = *TRY(find_metric(options.name));
  auto at = TRY(parse_day(options.at));
  auto grain = TRY(parse_grain(grain_of(options)));
  auto store = TRY(reader_of(TRY(workspace_of(globals))));
  auto evidence = TRY(evidence_of(store, metric, at, grain, options.segment, TRY(options.metric.filters()), options.limit, 0));
  Table table{{{"happened_at", ValueType::kTime}, {"kind"}, {"person"}, {"place"}, {"title"}, {"url"}}, {}};
  for (const auto& item : evidence.items)
    table.rows.push_back({item.happened_at, item.kind, item.person, item.place, item.title, item.url});
  print(format_table(table, options.format));
  if (options.format == "table" && evidence.total > static_cast<std::int64_t>(evidence.items.size()))
    print_aside(fmt::format("{} of {} shown; --limit shows more\n", evidence.items.size(), evidence.total));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("NAME", options->name, "which metric", Need::kRequired)
      .option("--at", options->at, "the bucket: 2021, 2021-03 or 2021-03-04", "DAY")
      .option("--segment", options->segment, "which segment of the metric", "NAME")
      .option("--limit", options->limit, "at most so many");
  options->metric.declare(arguments);
  arguments.format(options->format);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kEvidenceCommand{"evidence", "the activities behind one point of a metric",
                                      "  rapport evidence new_people --at 2021-03\n"
                                      "  rapport evidence activities_by_kind --segment commit --at 2021-03 --json\n",
                                      declare};

}  // namespace rapport
