#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "store/migrations.h"

namespace rapport {
namespace {

std::function<Result<ExitCode>()> declare(Arguments&, const Globals&) {
  return []() -> Result<ExitCode> {
    print(fmt::format("rapport {}\nschema {}\nDuckDB {}\n", RAPPORT_VERSION, newest_migration(), engine_version()));
    return ExitCode::kOk;
  };
}

}  // namespace

extern const Command kVersionCommand{"version", "versions of the program, its schema and its engine", "", declare};

}  // namespace rapport
