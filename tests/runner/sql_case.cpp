#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>

#include "base/text.h"
#include "identity/identity.h"
#include "metrics/evaluate.h"
#include "store/migrations.h"
#include "tests/runner/kinds.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

namespace rapport::test {
namespace {

using Lines = std::vector<std::string>;

std::string cell_text(const Value& value, ValueType type) {
  if (is_null(value)) return "NULL";
  if (auto real = std::get_if<double>(&value)) return fmt::format("{:.10g}", *real);
  auto text = replace_all(to_text(value, type), "\n", "\\n");
  return text.empty() ? "(empty)" : text;
}

Lines rows_of(const Table& table) {
  Lines rows;
  for (const auto& row : table.rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : "|") + cell_text(row[i], table.columns[i].type);
    rows.push_back(std::move(line));
  }
  return rows;
}

Lines message_of(const Error& error) {
  Lines lines;
  auto text = "error: " + error.what;
  for (auto line : split(text, '\n'))
    if (!trim(line).empty()) lines.emplace_back(line);
  return lines;
}

// "grain=week from=2026-01-01" -> {grain: week, …}
std::map<std::string, std::string> words_of(std::string_view text) {
  std::map<std::string, std::string> out;
  for (auto word : split(text, ' '))
    if (auto equals = word.find('='); equals != std::string_view::npos) out[std::string{word.substr(0, equals)}] = word.substr(equals + 1);
  return out;
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (auto part : split(text, ',')) out.push_back(replace_all(part, "_", " "));
  return out;
}

class SqlCase {
 public:
  explicit SqlCase(std::filesystem::path folder) : store_(memory_store()), folder_(std::move(folder)) {}

  // `block` are lines between empty lines, the first the directive; the answer is the block as it should be.
  Result<Lines> run(const Lines& block) {
    std::string_view head = block.front();
    auto rule = std::find(block.begin(), block.end(), "----");
    std::string body;
    for (auto line = block.begin() + 1; line != rule; ++line) body += *line + "\n";
    if (head == "statement ok") return statement_ok(block, body);
    if (head.starts_with("statement error")) return statement_error(block, body);
    if (head == "query" || head == "query rowsort") return with_answer(block, answer_query(body, head.ends_with("rowsort")));
    if (head.starts_with("load ")) return load(block, body);
    if (head == "facts") return after(block, refresh_facts(store_));
    if (head == "identify" || head.starts_with("identify ")) return after(block, identify(store_, rules_of(words_of(head))));
    if (head.starts_with("metric ")) return with_answer(block, answer_metric(head));
    return fail(Error::Kind::kBadInput, fmt::format("unknown directive: {}", head), "see tests/runner/kinds.h");
  }

 private:
  static Lines after(const Lines& block, const Result<>& done) {
    Lines out = block;
    if (!done)
      for (auto& line : message_of(done.error())) out.push_back(line);
    return out;
  }

  Lines statement_ok(const Lines& block, const std::string& sql) { return after(block, store_.execute(sql)); }

  Lines statement_error(const Lines& block, const std::string& sql) {
    auto pattern = std::string{trim(block.front().substr(std::string_view{"statement error"}.size()))};
    auto done = store_.execute(sql);
    Lines out = block;
    if (done) out.front() = "statement ok";
    else if (!std::regex_search(done.error().what, std::regex{pattern})) out.front() = "statement error " + message_of(done.error()).front();
    return out;
  }

  static Lines with_answer(const Lines& block, const Lines& answer) {
    auto rule = std::find(block.begin(), block.end(), "----");
    Lines out{block.begin(), rule}, wanted;
    out.emplace_back("----");
    for (auto line = rule; line != block.end(); ++line)
      if (line != rule) wanted.push_back(replace_all(*line, "\t", "|"));
    bool same = wanted == answer;
    if (same) out.insert(out.end(), rule + (rule == block.end() ? 0 : 1), block.end());
    else out.insert(out.end(), answer.begin(), answer.end());
    return out;
  }

  Lines answer_query(const std::string& sql, bool sorted) {
    auto answer = store_.query(sql);
    if (!answer) return message_of(answer.error());
    auto rows = rows_of(*answer);
    if (sorted) std::sort(rows.begin(), rows.end());
    return rows;
  }

  Result<Lines> load(const Lines& block, const std::string& body) {
    static const std::regex kLoad{"load (?:([^ ]+) )?into ([a-z_]+)"};
    std::smatch found;
    if (!std::regex_match(block.front(), found, kLoad)) return fail(Error::Kind::kBadInput, "expected: load [FILE.csv] into TABLE");
    TempFolder room;
    auto file = found[1].matched ? folder_ / found[1].str() : room.write("block.csv", body);
    return after(block, store_.execute(fmt::format("INSERT INTO {} BY NAME SELECT * FROM read_csv({}, header = true, all_varchar = true, "
                                                   "delim = ',', quote = '\"', escape = '\"')",
                                                   found[2].str(), sql_quoted(file.string()))));
  }

  static PeopleRules rules_of(std::map<std::string, std::string> words) {
    return {listed(words["team"]), listed(words["team_domains"]), listed(words["bots"]), listed(words["humans"])};
  }

  // Metrics are evaluated here and nowhere else in the tests.
  Lines answer_metric(std::string_view head) {
    auto words = words_of(head);
    auto answer = [&]() -> Result<Lines> {
      const auto* metric = TRY(find_metric(split(head, ' ')[1]));
      Window window{TRY(parse_day(words["from"])), TRY(parse_day(words["to"])), TRY(parse_grain(words["grain"]))};
      Filter filter{listed(words["source"]), listed(words["place"]), listed(words["organization"]), {}};
      if (words.contains("who")) filter.who = TRY(parse_who(words["who"]));
      Lines rows;
      for (const auto& series : TRY(evaluate(store_, *metric, window, filter)))
        for (const auto& point : series.points)
          rows.push_back(fmt::format("{}|{}|{}|{}{}", format_day(point.at), series.segment, point.value ? fmt::format("{:.10g}", *point.value) : "NULL",
                                     point.n, point.few ? "|few" : ""));
      return rows;
    }();
    return answer ? *answer : message_of(answer.error());
  }

  Store store_;
  std::filesystem::path folder_;
};

}  // namespace

Result<std::string> replay_sql_case(const std::filesystem::path& file, std::string_view text) {
  SqlCase one{file.parent_path()};
  std::string out;
  Lines block;
  auto flush = [&]() -> Result<> {
    if (block.empty()) return {};
    for (const auto& line : TRY(one.run(block))) out += line + "\n";
    block.clear();
    return {};
  };
  auto lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  for (auto line : lines) {
    if (line.empty() || (block.empty() && line.starts_with('#'))) {
      TRY(flush());
      out += std::string{line} + "\n";
    } else {
      block.emplace_back(line);
    }
  }
  TRY(flush());
  return out;
}

}  // namespace rapport::test
