// Rows of any shape -> activities, by settings that a person writes into rapport.toml: each a column of the row or an
// SQL expression over its columns. Shared by the connectors whose records have no fixed meaning (table, singer).
//
// The model that comes out sees each row through columns made from the names the settings mention. Names and values
// of the data are never part of the SQL text, so nothing in a file can change what the SQL does.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/settings.h"

namespace rapport {

inline constexpr Setting kMappingSettings[] = {
    {.name = "kind", .help = "What each row is: an activity kind (signup, download, question, …), a column, or an SQL expression.", .example = "signup"},
    {.name = "time", .help = "When it happened: a column or an SQL expression.", .example = "created_at"},
    {.name = "time_format", .help = "How times are written, in strptime's letters, where they are not ISO 8601 or Unix numbers.", .example = "%m/%d/%Y %H:%M"},
    {.name = "timezone", .help = "The zone of times that do not name one.", .example = "Europe/Berlin", .fallback = "UTC"},
    {.name = "account", .help = "Who did it, by login or id: a column or an SQL expression.", .example = "login"},
    {.name = "email", .help = "Their e-mail address.", .example = "email"},
    {.name = "person_name", .help = "Their name as people read it.", .example = "full_name"},
    {.name = "platform", .help = "Where the account lives: a column, or a word like github (accounts of one platform can be told to be the same).", .example = "github"},
    {.name = "place", .help = "Where it happened (channel, page, package): a column or an SQL expression.", .example = "package"},
    {.name = "place_kind", .help = "What a place is: a column, or a word.", .example = "package", .fallback = "list"},
    {.name = "thread", .help = "The conversation it belongs to.", .example = "thread_ts"},
    {.name = "parent", .help = "The `id` of the row it answers.", .example = "in_reply_to"},
    {.name = "id", .help = "What names a row for good; a row with the id of an earlier one replaces it.", .example = "order_id"},
    {.name = "title", .help = "A line that says what it is about.", .example = "subject"},
    {.name = "text", .help = "The full text.", .example = "body"},
    {.name = "url", .help = "Where it can be opened.", .example = "link"},
    {.name = "amount", .help = "How many it counts for (downloads of a day); 1 if nothing is given.", .example = "downloads"},
    {.name = "attributes", .help = "Columns to keep beside the activity, separated by commas.", .example = "country,plan"},
    {.name = "where", .help = "An SQL condition: rows for which it does not hold are left out.", .example = "status = 'paid'"},
};

template <std::size_t A, std::size_t B>
constexpr std::array<Setting, A + B> with_settings(const Setting (&first)[A], const Setting (&second)[B]) {
  std::array<Setting, A + B> all{};
  for (std::size_t i = 0; i < A; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < B; ++i) all[A + i] = second[i];
  return all;
}

// Where in raw_record the rows are: SQL over the columns (stream, record_id, json), written by the connector.
struct MappedRows {
  std::string row = "json";      // gives the row, a JSON object
  std::string filter = "true";   // which records are rows
};

// The model. Errors: kBadInput naming the setting: `kind` or `time` missing, SQL with open brackets or quotes or more
// than an expression. What only the data can tell (a column that no row has) the model itself reports, in the same words.
Result<std::string> mapping_model(const Settings& settings, const MappedRows& rows);

// The column that `setting` names as it is, "" if it holds an expression or nothing. `path` is set to the parts of
// "a.b" for a value inside a JSON column, else to the one name.
std::string mapped_column(std::string_view setting, std::vector<std::string>* path = nullptr);

// What columns called so probably are; `about` (a file name) may give the kind. Settings in the order of the table.
std::vector<std::pair<std::string, std::string>> guess_mapping(std::span<const std::string> columns, std::string_view about);

// Kinds of activity that stand for themselves in `kind`.
std::span<const std::string_view> activity_kinds();

}  // namespace rapport
