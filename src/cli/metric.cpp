#include <fmt/format.h>

#include "cli/command.h"
#include "cli/metric_arguments.h"
#include "cli/output.h"
#include "cli/session.h"

namespace rapport {
namespace {

struct Options {
  std::string name, format = "table";
  MetricArguments metric;
};

Table metric_list() {
  Table table{{{"metric"}, {"unit"}, {"better"}, {"question"}}, {}};
  for (const auto& metric : metrics()) table.rows.push_back({metric.name, metric.unit, metric.better, metric.question});
  return table;
}

// One row a bucket, one column a segment: as people read it.
Table wide(const std::vector<Series>& all, const Metric& metric) {
  Table table{{{"from", ValueType::kDay}}, {}};
  bool counts = metric.shape == Metric::Shape::kCount;
  for (const auto& series : all) {
    table.columns.push_back({series.segment == "all" ? metric.unit : series.segment, ValueType::kReal});
    if (!counts) table.columns.push_back({"events", ValueType::kInteger});
  }
  if (!counts) table.columns.push_back({""});
  for (std::size_t i = 0; !all.empty() && i < all[0].points.size(); ++i) {
    std::vector<Value> row{Time{all[0].points[i].at}};
    bool few = false;
    for (const auto& series : all) {
      const auto& point = series.points[i];
      row.push_back(point.value ? Value{*point.value} : Value{});
      if (!counts) row.push_back(point.n);
      few |= point.few && point.n > 0;
    }
    if (!counts) row.push_back(std::string{few ? "few events: a list, not a rate" : ""});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  if (options.name.empty()) {
    print(format_table(metric_list(), options.format));
    return ExitCode::kOk;
  }
  const auto& metric = *TRY(find_metric(options.name));
  auto store = TRY(reader_of(TRY(workspace_of(globals))));
  auto window = TRY(options.metric.window(store));
  auto series = TRY(evaluate(store, metric, window, TRY(options.metric.filters())));
  if (options.format != "table") {
    print(format_table(table_of(series), options.format));
    return ExitCode::kOk;
  }
  print(fmt::format("{} ({})\n{}\n\n", metric.title, metric.unit, metric.question));
  if (series.empty()) print("nothing in this window\n");
  else print(format_table(wide(series, metric), "table"));
  print(fmt::format("\nNote: {}\n", metric.caveat));
  if (!series.empty())
    print(fmt::format("What is behind a number: rapport evidence {} --at {} --by {}\n", metric.name, format_day(series[0].points.back().at),
                      options.metric.grain));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("NAME", options->name, "which metric [list them]");
  options->metric.declare(arguments);
  arguments.format(options->format);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kMetricCommand{"metric", "list the metrics, or evaluate one",
                                    "  rapport metric\n"
                                    "  rapport metric active_people --from 2021 --to 2022 --by week\n"
                                    "  rapport metric first_response_hours --source forum --json\n",
                                    declare};

}  // namespace rapport
