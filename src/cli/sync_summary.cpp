#include "cli/sync_summary.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/output.h"

namespace rapport {

ExitCode print_sync_summary(const SyncResult& result, bool quiet) {
  Table table{{{"source"}, {"connector"}, {"records", ValueType::kInteger}, {"activities", ValueType::kInteger},
               {"set aside", ValueType::kInteger}, {"seconds", ValueType::kReal}, {"state"}}, {}};
  for (const auto& source : result.sources)
    table.rows.push_back({source.source, source.connector, source.records, source.activities, source.rejected, source.seconds,
                          std::string{source.errors.empty() ? "ok" : "failed"}});
  if (!quiet && !result.sources.empty()) print(format_table(table, "table"));
  if (result.sources.empty()) print_aside("nothing to collect yet: rapport add WHAT\n");
  auto colour = terminal_of_aside().colour;
  for (const auto& source : result.sources)
    for (const auto& error : source.errors) print_aside(format_error(error, colour));
  if (result.rejected() > 0) print_aside(fmt::format("{} records were set aside; `rapport rejected` shows them with the reasons\n", result.rejected()));
  return result.failed() ? ExitCode::kFailed : ExitCode::kOk;
}

}  // namespace rapport
