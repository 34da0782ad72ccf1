#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"

namespace rapport {
namespace {

struct Options {
  std::string source, format = "table";
  int limit = 100;
};

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto store = TRY(reader_of(TRY(workspace_of(globals))));
  auto table = TRY(store.query(
      "SELECT s.name AS source, r.stream, r.position, r.reason, r.excerpt FROM rejected_record r JOIN source s USING (source_id) WHERE "
      "$source = '' OR s.name = $source ORDER BY ALL LIMIT $limit",
      {{"source", options.source}, {"limit", static_cast<std::int64_t>(options.limit)}}));
  if (table.rows.empty() && options.format == "table") {
    print_aside("nothing was set aside\n");
    return ExitCode::kOk;
  }
  print(format_table(table, options.format));
  return table.rows.empty() ? ExitCode::kOk : ExitCode::kFindings;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("SOURCE", options->source, "only this source [all]")
      .option("--limit", options->limit, "at most so many")
      .format(options->format);
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kRejectedCommand{"rejected", "records that were set aside, with position and reason",
                                      "  rapport rejected\n  rapport rejected forum --format csv > look-at-these.csv\n", declare};

}  // namespace rapport
