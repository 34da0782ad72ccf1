// SQL functions of Rapport's own, for models: what SQL alone would do slowly or badly.
//   html_text(VARCHAR) -> VARCHAR   see base/html_text.h
#pragma once

#include <duckdb.h>

#include "base/result.h"

namespace rapport {

Result<> register_functions(duckdb_connection connection);

}  // namespace rapport
