#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"

namespace rapport {
namespace {

constexpr const char* kStatus = R"(
SELECT s.name AS source, s.connector, st.stream, strftime(st.caught_up_at, '%Y-%m-%d %H:%M') AS caught_up,
       coalesce(a.activities, 0) AS activities, strftime(a.newest, '%Y-%m-%d') AS newest, coalesce(r.rejected, 0) AS set_aside,
       st.last_error
FROM sync_state st JOIN source s USING (source_id)
LEFT JOIN (SELECT source_id, count(*) AS activities, max(happened_at) AS newest FROM activity GROUP BY ALL) a USING (source_id)
LEFT JOIN (SELECT source_id, stream, count(*) AS rejected FROM rejected_record GROUP BY ALL) r USING (source_id, stream)
ORDER BY source, stream
)";

Result<ExitCode> run(const std::string& format, const Globals& globals) {
  auto workspace = TRY(workspace_of(globals));
  auto store = TRY(reader_of(workspace));
  auto table = TRY(store.query(kStatus));
  if (table.rows.empty() && format == "table")
    print_aside(workspace.sources.empty() ? "no sources yet: rapport add WHAT\n" : "nothing collected yet: rapport sync\n");
  else
    print(format_table(table, format));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto format = std::make_shared<std::string>("table");
  arguments.format(*format);
  return [format, &globals] { return run(*format, globals); };
}

}  // namespace

extern const Command kStatusCommand{"status", "how fresh each source is, and its last error",
                                    "  rapport status\n  rapport status --json\n", declare};

}  // namespace rapport
