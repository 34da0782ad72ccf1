#include "connectors/mapping.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "connectors/expression.h"

namespace rapport {
namespace {

constexpr std::string_view kKinds[] = {
    "answer", "attendance", "change_request", "comment", "commit", "download", "fork", "install", "issue", "join", "mail", "mention",
    "message", "page_view", "play", "post", "question", "reaction", "release", "reply", "review", "rsvp", "signup", "star", "survey_response",
    "ticket", "training", "visit", "watch"};

bool is_name(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front()))) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c >= 0x80; });
}

bool is_kind(std::string_view text) { return std::find(std::begin(kKinds), std::end(kKinds), text) != std::end(kKinds); }

// A setting may also be a plain word for what it says, where no column is called so.
bool may_be_a_word(std::string_view setting) { return setting == "platform" || setting == "place_kind"; }

struct Word {
  std::string setting, name;
  bool quoted = false, checked = true;
};

// The settings turned into SQL over `mapping_row`, and the column names that this SQL needs.
class Mapping {
 public:
  // SQL that gives the value of `setting` as text, NULL where it is empty or fails for this row.
  Result<std::string> text_of(const Settings& settings, std::string_view setting) {
    auto before = written_.size();
    auto sql = TRY(sql_of(settings, setting));
    if (sql.empty()) return std::string{"NULL::VARCHAR"};
    bool can_fail = written_.size() > before;
    // The setting's name on both sides: the store's message shows the part of the line around the error.
    return fmt::format("/* setting {0} */ nullif(trim({1}), '') /* setting {0} */", setting, can_fail ? fmt::format("TRY(({})::VARCHAR)", sql) : sql);
  }

  // The expression as written, columns made plain; empty if the setting is not given.
  Result<std::string> sql_of(const Settings& settings, std::string_view setting) {
    std::string value{trim(settings.text(setting))};
    if (value.find('\0') != std::string::npos) return fail(Error::Kind::kBadInput, fmt::format("setting `{}` holds a NUL character", setting));
    if (value.empty()) return value;
    if (setting == "kind" && is_kind(value)) return sql_quoted(value);
    std::vector<std::string> path;
    if (auto column = mapped_column(value, &path); !column.empty()) {
      if (path.size() > 1) return nested(setting, column, path);
      if (lower_ascii(column) == "row") return std::string{"\"row\"::VARCHAR"};
      bool word = may_be_a_word(setting) && value.front() != '"';
      words_.push_back({std::string{setting}, column, value.front() == '"', !word});
      if (!word) return sql_identifier(column);
      return fmt::format("CASE WHEN {} THEN {} ELSE {} END", is_there(column), sql_identifier(column), sql_quoted(column));
    }
    auto names = names_in_expression(value);
    if (!names) return fail(Error::Kind::kBadInput, fmt::format("setting `{}`: {}, in {}", setting, names.error().what, printable(value)), names.error().fix);
    for (auto& name : *names)
      if (lower_ascii(name.name) != "row") words_.push_back({std::string{setting}, name.name, name.quoted, name.checked});
    written_.emplace_back(setting, value);
    return value;
  }

  const std::vector<Word>& words() const { return words_; }
  // Settings that hold SQL, and that SQL.
  const std::vector<std::pair<std::string, std::string>>& written() const { return written_; }

 private:
  static std::string is_there(std::string_view column) {
    return fmt::format("(SELECT count(*) FROM mapping_column WHERE lower(name) = lower({})) > 0", sql_quoted(column));
  }

  // "actor.login": a column spelled so, or else a value inside the JSON column `actor`.
  std::string nested(std::string_view setting, const std::string& column, const std::vector<std::string>& path) {
    words_.push_back({std::string{setting}, column, true, false});
    words_.push_back({std::string{setting}, path.front(), true, false});
    std::string inside = "$";
    for (std::size_t i = 1; i < path.size(); ++i) inside += ".\"" + path[i] + "\"";
    return fmt::format("coalesce({}, TRY(json_extract_string({}::JSON, {})))", sql_identifier(column), sql_identifier(path.front()), sql_quoted(inside));
  }

  std::vector<Word> words_;
  std::vector<std::pair<std::string, std::string>> written_;
};

// What `names` may stand for in the data: one statement a thought, run in this order.
std::string naming_sql(const std::vector<Word>& words, const MappedRows& rows) {
  std::string values = "('', 'rapport:nothing', true, false)";  // so that there is always one
  for (const auto& word : words)
    values += fmt::format(", ({}, {}, {}, {})", sql_quoted(word.setting), sql_quoted(word.name), word.quoted, word.checked);
  return fmt::format(R"(
CREATE OR REPLACE TEMP VIEW mapping_input AS SELECT stream, record_id, {0} AS row FROM changed WHERE {1};

CREATE OR REPLACE TEMP TABLE mapping_column AS SELECT DISTINCT unnest(json_keys(row)) AS name FROM mapping_input;

CREATE OR REPLACE TEMP TABLE mapping_word AS SELECT * FROM (VALUES {2}) w(setting, word, quoted, checked);

-- Names that no row of this run has: SQL's own words, columns that are rare, or slips.
CREATE OR REPLACE TEMP TABLE mapping_missing AS
SELECT setting, word FROM mapping_word
WHERE checked AND lower(word) NOT IN (SELECT lower(name) FROM mapping_column)
  AND (quoted OR (lower(word) NOT IN (SELECT keyword_name FROM duckdb_keywords()) AND lower(word) NOT IN (SELECT lower(type_name) FROM duckdb_types())));

INSERT INTO mapping_column
SELECT DISTINCT unnest(json_keys({0})) FROM raw_record
WHERE EXISTS (SELECT 1 FROM mapping_missing) AND NOT gone AND {1}
  AND source_id = (SELECT source_id FROM source WHERE name = getvariable('source_name'));

SELECT error('setting `' || setting || '`: no row has a column called "' || word || '"; there are: '
             || (SELECT left(string_agg(DISTINCT name, ', ' ORDER BY name), 400) FROM mapping_column)
             || '. Where it may be missing, write row->>''' || word || '''.')
FROM mapping_missing
WHERE lower(word) NOT IN (SELECT lower(name) FROM mapping_column) AND EXISTS (SELECT 1 FROM mapping_column)
ORDER BY setting LIMIT 1;

-- Each name in the spelling of the data, the exact one first. What the data lacks is a column of NULLs.
SET VARIABLE mapping_shape = (
  SELECT json_group_object(name, 'VARCHAR')::VARCHAR FROM (
    SELECT coalesce(max(c.name) FILTER (c.name = w.word), min(c.name), min(w.word)) AS name
    FROM mapping_word w LEFT JOIN mapping_column c ON lower(c.name) = lower(w.word) GROUP BY lower(w.word)));
)", rows.row, rows.filter, values);
}

// The instant that the text `t` spells, or NULL. A bare number below 1973 as Unix time is not believed.
std::string time_sql(const Settings& settings) {
  auto zone = sql_quoted(settings.text("timezone"));
  if (const auto& format = settings.text("time_format"); !format.empty()) {
    auto parsed = fmt::format("try_strptime(t, {})", sql_quoted(format));
    // With %z the zone is read; without, it is the one of the setting.
    bool has_zone = format.find("%z") != std::string::npos || format.find("%Z") != std::string::npos;
    return has_zone ? parsed + "::TIMESTAMPTZ" : fmt::format("timezone({}, {})", zone, parsed);
  }
  return fmt::format(R"(CASE
    WHEN regexp_full_match(t, '(19|20)\d{{2}}') THEN timezone({0}, try_strptime(t, '%Y'))
    WHEN regexp_full_match(t, '(19|20)\d{{6}}') THEN timezone({0}, try_strptime(t, '%Y%m%d'))
    WHEN regexp_full_match(t, '\d{{9,19}}(\.\d+)?') THEN timezone('UTC', make_timestamp(CASE
        WHEN t::DECIMAL(38, 6) < 1e11 THEN (t::DECIMAL(38, 6) * 1000000)::BIGINT
        WHEN t::DECIMAL(38, 6) < 1e14 THEN (t::DECIMAL(38, 6) * 1000)::BIGINT
        WHEN t::DECIMAL(38, 6) < 1e17 THEN t::DECIMAL(38, 6)::BIGINT
        ELSE (t::DECIMAL(38, 6) / 1000)::BIGINT END))
    WHEN regexp_matches(t, '^\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}[T ].*\d\s*(Z|z|UTC|GMT|[+-]\d{{2}}(:?\d{{2}})?)$')
      THEN TRY_CAST(regexp_replace(regexp_replace(replace(t, '/', '-'), '\s+([+-][\d:]+)$', '\1'), '[T ](\d{{1,2}}:\d{{2}})\s*([A-Za-z+-].*)$',
                                    ' \1:00\2') AS TIMESTAMPTZ)
    WHEN regexp_matches(t, '^\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}') THEN timezone({0}, TRY_CAST(replace(t, '/', '-') AS TIMESTAMP))
    ELSE coalesce(
      try_strptime(t, ['%a, %d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %z', '%a %b %d %H:%M:%S %Y %z', '%Y%m%dT%H%M%S%z'])::TIMESTAMPTZ,
      timezone({0}, try_strptime(t, ['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%Y-%m', '%d %b %Y', '%d %B %Y', '%b %d, %Y',
        '%B %d, %Y', '%a %b %d %H:%M:%S %Y', '%b %d, %Y %I:%M %p', '%B %d, %Y %I:%M %p', '%Y%m%dT%H%M%S'])))
    END)", zone);
}

// The columns of `attributes` as one JSON object, types as they are in the row.
std::string attributes_sql(const Settings& settings, std::vector<Word>& words) {
  std::string names;
  for (auto part : split(settings.text("attributes"), ',')) {
    std::string name{trim(part)};
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    if (name.empty()) continue;
    words.push_back({"attributes", name, true, true});
    names += (names.empty() ? "" : ", ") + sql_quoted(lower_ascii(name));
  }
  if (names.empty()) return "SET VARIABLE mapping_attributes = NULL;\n";
  return fmt::format("SET VARIABLE mapping_attributes = (SELECT coalesce('{{' || string_agg(to_json(spelled)::VARCHAR || ':\"JSON\"', ',' ORDER BY spelled) || '}}', "
                     "'{{\"rapport:nothing\":\"JSON\"}}') FROM (SELECT min(name) AS spelled FROM mapping_column WHERE lower(name) IN ({}) "
                     "GROUP BY lower(name)));\n", names);
}

constexpr std::string_view kTexts[] = {"kind", "account", "email", "person_name", "platform", "place", "place_kind", "thread", "parent",
                                       "id", "title", "text", "url", "amount"};

constexpr const char* kOutputs = R"(
INSERT INTO out_rejected BY NAME
SELECT stream, record_id, problem AS reason, excerpt FROM mapped WHERE problem IS NOT NULL;

INSERT INTO out_place BY NAME
SELECT DISTINCT place AS key, place_kind AS kind, place AS name FROM mapped WHERE problem IS NULL AND place IS NOT NULL;

INSERT INTO out_account BY NAME
SELECT account_key AS key, platform, account AS login, person_name AS name, lower(email) AS email, happened_at AS seen_at
FROM mapped WHERE problem IS NULL AND account_key IS NOT NULL;

INSERT INTO out_activity BY NAME
SELECT stream, record_id, coalesce(id, record_id) AS key, kind, place AS place_key, thread AS thread_key, parent AS parent_key,
       account_key, happened_at, title, text, url, amount::DOUBLE AS amount, attributes
FROM mapped WHERE problem IS NULL;

DROP TABLE mapped; DROP TABLE mapping_missing; DROP TABLE mapping_word; DROP VIEW mapping_row; DROP VIEW mapping_input; DROP TABLE mapping_column;
)";

}  // namespace

std::span<const std::string_view> activity_kinds() { return kKinds; }

std::string mapped_column(std::string_view setting, std::vector<std::string>* path) {
  auto value = trim(setting);
  std::vector<std::string> parts;
  std::string column;
  if (value.size() > 2 && value.front() == '"' && value.back() == '"') {
    auto inside = value.substr(1, value.size() - 2);
    auto without_doubled = replace_all(inside, "\"\"", "");
    if (without_doubled.find('"') != std::string::npos) return {};
    column = replace_all(inside, "\"\"", "\"");
    parts = {column};
  } else {
    for (auto part : split(value, '.')) {
      if (!is_name(part)) return {};
      parts.emplace_back(part);
    }
    column = std::string{value};
  }
  if (path != nullptr) *path = std::move(parts);
  return column;
}

Result<std::string> mapping_model(const Settings& settings, const MappedRows& rows) {
  for (const char* needed : {"kind", "time"})
    if (!settings.has(needed))
      return fail(Error::Kind::kBadInput, fmt::format("setting `{}` is missing", needed),
                  fmt::format("say in rapport.toml {}", std::string_view{needed} == "kind" ? "what each row is: kind = \"signup\", or a column"
                                                                                          : "which column holds the time: time = \"created_at\""));
  Mapping mapping;
  std::string columns;
  for (auto setting : kTexts) columns += fmt::format("  {} AS {},\n", TRY(mapping.text_of(settings, setting)), sql_identifier(setting));
  auto time = TRY(mapping.text_of(settings, "time"));
  auto where = TRY(mapping.sql_of(settings, "where"));
  auto words = mapping.words();
  auto attributes = attributes_sql(settings, words);
  bool has_attributes = settings.has("attributes");
  // Accounts of several platforms in one file: the platform is part of what names them.
  auto platform = trim(settings.text("platform"));
  bool several = !platform.empty();

  std::string sql = naming_sql(words, rows) + attributes;
  sql += R"(
CREATE OR REPLACE TEMP VIEW mapping_row AS
SELECT stream AS "rapport:stream", record_id AS "rapport:record_id", row, unnest(from_json(row, getvariable('mapping_shape'))) FROM mapping_input;
)";
  // Each expression by itself, so that an error can say which one it is in.
  for (const auto& [setting, expression] : mapping.written())
    sql += fmt::format("SET VARIABLE model_step = {};\nSELECT ({}) FROM mapping_row LIMIT 0;\n", sql_quoted(fmt::format("setting `{}`", setting)), expression);
  sql += fmt::format(R"(
SET VARIABLE model_step = NULL;
SELECT error('setting `timezone`: there is no zone called ' || {0}) WHERE lower({0}) NOT IN (SELECT lower(name) FROM pg_timezone_names());

CREATE OR REPLACE TEMP TABLE mapped AS
WITH mapping_text AS (
SELECT "rapport:stream" AS stream, "rapport:record_id" AS record_id,
{1}
  {2} AS t,
  {3} AS attributes,
  left(row::VARCHAR, 300) AS excerpt
FROM mapping_row
WHERE {4} /* setting where */
), mapping_time AS (
SELECT *, {5} AS happened_at FROM mapping_text
)
SELECT * EXCLUDE (t, platform), coalesce(platform, 'file') AS platform,
  {6}coalesce(account, lower(email), person_name) AS account_key,
  CASE WHEN kind IS NULL THEN 'no kind'
       WHEN t IS NULL THEN 'no time'
       WHEN happened_at IS NULL AND {7} THEN 'the time "' || left(t, 60) || '" can be read in two ways: set time_format'
       WHEN happened_at IS NULL OR NOT isfinite(happened_at) THEN 'the time "' || left(t, 60) || '" cannot be read'
       WHEN amount IS NOT NULL AND NOT coalesce(isfinite(TRY_CAST(amount AS DOUBLE)), false) THEN 'the amount "' || left(amount, 60) || '" is no number'
  END AS problem
FROM mapping_time;
)", sql_quoted(settings.text("timezone")), columns, time,
                     has_attributes ? "to_json(from_json(row, getvariable('mapping_attributes')))" : "NULL::JSON",
                     where.empty() ? "true" : fmt::format("/* setting where */ ({})", where), time_sql(settings),
                     several ? "platform || ':' || " : "",
                     settings.has("time_format") ? "false" : R"(regexp_matches(t, '^\d{1,2}[/-]\d{1,2}[/-]\d{2,4}'))");
  return sql + kOutputs;
}

}  // namespace rapport
