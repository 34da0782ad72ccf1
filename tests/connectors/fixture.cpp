#include "tests/connectors/fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "base/toml.h"
#include "tests/support/memory_store.h"
#include "tests/support/result_matchers.h"

namespace rapport::test {
namespace {

namespace fs = std::filesystem;

struct StatedTable {
  std::string_view name;
  std::string_view sql;
};

constexpr std::string_view kInstant = "'%Y-%m-%dT%H:%M:%SZ'";

// What each CSV may state.
std::span<const StatedTable> tables() {
  static const std::string kActivity = fmt::format(
      "SELECT a.kind, coalesce(x.login, x.name, x.native_id) AS account, strftime(a.happened_at, {0}) AS happened_at, a.title, a.text, a.url, "
      "CASE WHEN a.amount = floor(a.amount) THEN a.amount::BIGINT::VARCHAR ELSE a.amount::VARCHAR END AS amount, p.name AS place, "
      "p.kind AS place_kind, t.title AS thread, q.kind AS parent_kind, q.title AS parent, a.attributes::VARCHAR AS attributes FROM activity a "
      "LEFT JOIN account x USING (account_id) LEFT JOIN place p ON p.place_id = a.place_id LEFT JOIN thread t ON t.thread_id = a.thread_id "
      "LEFT JOIN activity q ON q.activity_id = a.parent_id", kInstant);
  static const std::string kThread = fmt::format(
      "SELECT t.title, t.url, p.name AS place, strftime(t.opened_at, {0}) AS opened_at, coalesce(x.login, x.name) AS opened_by, "
      "strftime(t.answered_at, {0}) AS answered_at FROM thread t LEFT JOIN place p USING (place_id) LEFT JOIN account x ON x.account_id = "
      "t.opened_by", kInstant);
  static const std::array kTables = std::to_array<StatedTable>({
      {"raw", "SELECT stream, record_id, gone, json::VARCHAR AS json FROM raw_record"},
      {"activity", kActivity},
      {"account", "SELECT platform, native_id, login, name, email, kind FROM account"},
      {"thread", kThread},
      {"place", "SELECT kind, name, url FROM place"},
      {"rejected", "SELECT stream, position, reason, excerpt FROM rejected_record"},
  });
  return kTables;
}

std::string scalar(const toml::node& node) {
  if (auto text = node.value<std::string>()) return *text;
  if (auto truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (auto number = node.as_integer()) return fmt::to_string(number->get());
  if (auto number = node.as_floating_point()) return fmt::format("{}", number->get());
  std::string out;
  if (auto array = node.as_array())
    for (auto& item : *array) out += (out.empty() ? "" : ",") + scalar(item);
  return out;
}

std::string lines_of(const Table& table) {
  std::vector<std::string> lines;
  for (const auto& row : table.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : " | ") + to_text(row[i], table.columns[i].type);
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return join(lines, "\n");
}

Table must(Result<Table> answer) {
  EXPECT_TRUE(ok(answer));
  return answer ? std::move(*answer) : Table{};
}

}  // namespace

std::string Fixture::test_name() const {
  auto name = fmt::format("{}_{}", connector->info.name, folder.filename().string());
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

std::string Fixture::text(std::string_view file) const {
  std::ifstream in{folder / file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void PrintTo(const Fixture& fixture, std::ostream* out) { *out << fixture.folder.string(); }

std::vector<Fixture> all_fixtures() {
  std::vector<Fixture> all;
  for (const auto& entry : connectors()) {
    fs::path folder = fs::path{"connectors"} / entry.info.name / "fixtures";
    std::error_code ignored;
    for (const auto& one : fs::directory_iterator{folder, ignored})
      if (one.is_directory()) all.push_back({&entry, fs::absolute(one.path())});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.folder < b.folder; });
  return all;
}

std::vector<std::string> stated_tables() {
  std::vector<std::string> names;
  for (const auto& table : tables()) names.emplace_back(table.name);
  return names;
}

Workbench::Workbench(const Fixture& fixture) : fixture_(fixture), store_(memory_store()) {
  workspace_.home = fixture.folder;
  workspace_.project = "Example";
  SourceConfig source{"example", std::string{fixture.connector->info.name}, {}};
  auto parsed = parse_toml(fixture.text("settings.toml"), "settings.toml");
  EXPECT_TRUE(parsed) << fixture.folder << "/settings.toml cannot be read";
  if (parsed)
    for (auto&& [key, value] : *parsed) source.settings[std::string{key.str()}] = scalar(value);
  for (const auto& setting : fixture.connector->info.settings) {
    if (setting.name == kCacheSetting) source.settings["cache"] = cache_.path().string();
    auto given = source.settings.find(std::string{setting.name});
    if (!setting.secret || given == source.settings.end()) continue;
    auto variable = given->second.starts_with('$') ? given->second.substr(1) : fmt::format("RAPPORT_FIXTURE_{}", setting.name);
    auto value = given->second.starts_with('$') ? "secret" : given->second;
    secrets_.push_back(std::make_unique<EnvironmentVariable>(variable, value.c_str()));
    given->second = "$" + variable;
  }
  workspace_.sources.push_back(std::move(source));
}

Result<SourceResult> Workbench::sync_with(Http& http) {
  NoProgress quiet;
  return TRY(sync(store_, workspace_, http, {}, quiet)).sources.front();
}

std::string Workbench::everything() {
  std::vector<std::pair<std::string, std::string>> wanted = {
      {"raw_record", "stream, record_id, json, updated_at, gone"},
      {"rejected_record", "stream, position, reason, excerpt"},
      {"place", "*"}, {"account", "*"}, {"thread", "*"}, {"activity", "*"},
      {"person", "*"}, {"account_person", "*"}, {"affiliation", "*"}, {"identity_hint", "*"}, {"activity_people", "*"}, {"thread_people", "*"},
  };
  for (const auto& staging : fixture_.connector->info.staging) wanted.emplace_back(std::string{staging.name}, "* EXCLUDE (batch)");
  std::string out;
  for (const auto& [table, columns] : wanted)
    out += fmt::format("-- {}\n{}\n", table, lines_of(must(store_.query(fmt::format("SELECT {} FROM {}", columns, table)))));
  return out;
}

std::pair<std::string, std::string> Workbench::got_and_wanted(std::string_view table, const fs::path& csv) {
  auto stated = std::find_if(tables().begin(), tables().end(), [&](const auto& t) { return t.name == table; });
  auto rows = must(store_.query(fmt::format("SELECT * FROM read_csv({}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')",
                                            sql_quoted(csv.string()))));
  std::string columns, heads;
  for (const auto& column : rows.columns) {
    columns += (columns.empty() ? "" : ", ") + sql_identifier(column.name);
    heads += (heads.empty() ? "" : " | ") + column.name;
  }
  auto got = must(store_.query(fmt::format("SELECT {} FROM ({})", columns, stated->sql)));
  return {heads + "\n" + lines_of(got), heads + "\n" + lines_of(rows)};
}

testing::AssertionResult same_lines(const std::string& got, const std::string& wanted) {
  if (got == wanted) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure();
  auto sorted = [](const std::string& text) {
    auto lines = split(text, '\n');
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  auto have = sorted(got), want = sorted(wanted);
  std::vector<std::string_view> extra, missing;
  std::set_difference(have.begin(), have.end(), want.begin(), want.end(), std::back_inserter(extra));
  std::set_difference(want.begin(), want.end(), have.begin(), have.end(), std::back_inserter(missing));
  for (auto line : missing) failure << "\n  missing  " << elide(line, 300);
  for (auto line : extra) failure << "\n  extra    " << elide(line, 300);
  return failure;
}

std::vector<Exchange> exchanges_of(const Fixture& fixture, std::string_view file) {
  auto parsed = parse_session(fixture.text(file));
  EXPECT_TRUE(ok(parsed)) << fixture.folder << "/" << file;
  return parsed ? std::move(*parsed) : std::vector<Exchange>{};
}

}  // namespace rapport::test
