#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"

namespace rapport {
namespace {

struct Options {
  std::string query, format = "table", out;
};

std::string_view without_semicolon(std::string_view query) {
  query = trim(query);
  while (query.ends_with(';')) query = trim(query.substr(0, query.size() - 1));
  return query;
}

// Parquet is written by the store itself, to a file.
Result<> write_parquet(Store& store, const Options& options) {
  if (options.out.empty() && ::isatty(STDOUT_FILENO) == 1)
    return fail(Error::Kind::kBadInput, "parquet is not for a terminal", "add --out FILE, or redirect the output to a file");
  fs::path target = options.out;
  if (target.empty()) target = fs::temp_directory_path() / fmt::format("rapport-{}.parquet", ::getpid());
  auto written = store.execute(fmt::format("COPY ({}\n) TO {} (FORMAT parquet)", without_semicolon(options.query), sql_quoted(target.string())));
  if (written && options.out.empty()) print(TRY(read_file(target)));
  std::error_code ignored;
  if (options.out.empty()) fs::remove(target, ignored);
  return written;
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  auto store = TRY(reader_of(TRY(workspace_of(globals))));
  if (options.format == "parquet") {
    TRY(write_parquet(store, options).in("the query"));
    return ExitCode::kOk;
  }
  auto text = format_table(TRY(store.query(options.query).in("the query")), options.format);
  if (options.out.empty()) print(text);
  else TRY(write_file(options.out, text));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.positional("QUERY", options->query, "SQL; nothing it says can change the database", Need::kRequired)
      .format(options->format, {"table", "json", "csv", "markdown", "parquet"})
      .option("--out", options->out, "write there instead of to standard output", "FILE");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kSqlCommand{"sql", "ask the database in SQL, read-only",
                                 "  rapport sql \"SELECT kind, count(*) FROM activity GROUP BY kind\"\n"
                                 "  rapport sql \"FROM thread\" --format parquet --out threads.parquet\n",
                                 declare};

}  // namespace rapport
