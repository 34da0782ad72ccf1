// The kinds of case file. Each replays a case and gives back the text of the file as it should have been: where it
// equals the file, the case passes; where it does not, the difference is what went wrong, and tools/accept may put it
// in the file's place.
//
// The first lines of a file are comments: "# name", "# description", and for golden cases "# scrub: REGEX => TEXT" for
// what differs from run to run beyond what scrub.h knows.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rapport::test {

// *.test: blocks separated by empty lines, run in one database in memory.
//   statement ok                            SQL that must work
//   statement error REGEX                   SQL that must not, with a message in which REGEX is found
//   query [rowsort]                         SQL, a line "----", rows with cells between "|" (or tabs)
//   load FILE.csv into TABLE                a file beside the case
//   load into TABLE                         CSV lines; the first names columns, an empty cell is NULL
//   identify [team=A,B] [team_domains=…] [bots=…] [humans=…]      who is who, then the facts that metrics read
//   facts                                   only the facts that metrics read
//   metric NAME grain=week from=… to=… [who=…] [source=…] [place=…] [organization=…]
//                                           "----", then rows bucket|segment|value|n
// NULL is written NULL, an empty text (empty).
Result<std::string> replay_sql_case(const std::filesystem::path& file, std::string_view text);

// *.case with [cmd] [out] [err] [exit]: shell lines in a new folder, with `rapport` in PATH and the functions of
// tests/cases/setup.sh. A section that is left out is not compared, except [exit], which is then 0.
Result<std::string> replay_cli_case(const std::filesystem::path& file, std::string_view text);

// *.case with [workspace], then pairs of [request] and [response]: starts `rapport serve --port 0` in a workspace that
// the shell lines made; a line "serve: OPTIONS" before it adds options. A request is "GET /path", headers, an empty
// line, a body; cookies are kept from one to the next. A response is the status, those headers that are to be
// compared, an empty line, the body (JSON laid out by the runner).
Result<std::string> replay_http_case(const std::filesystem::path& file, std::string_view text);

}  // namespace rapport::test
