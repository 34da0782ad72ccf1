#include "connectors/table/reader.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/digest.h"
#include "base/text.h"

namespace rapport::table {
namespace {

constexpr std::size_t kBytesPerPage = 32u << 20;
constexpr std::size_t kRejectedPerPage = 10'000;

// Counts equal rows. A table of 64-bit hashes, open addressing; those seen twice or more stand in a map beside it.
class RowCounter {
 public:
  // How many rows like `text` came before it.
  std::uint32_t count(std::string_view text) {
    auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>{}(text));
    if (hash == 0) hash = 1;
    if (2 * used_ >= slots_.size()) grow();
    if (insert(hash)) return 0;
    return ++repeats_[hash];
  }
  void clear() {
    slots_.assign(0, 0);
    repeats_.clear();
    used_ = 0;
  }

 private:
  bool insert(std::uint64_t hash) {
    auto mask = slots_.size() - 1;
    for (auto at = hash & mask;; at = (at + 1) & mask) {
      if (slots_[at] == hash) return false;
      if (slots_[at] != 0) continue;
      slots_[at] = hash;
      ++used_;
      return true;
    }
  }
  void grow() {
    std::vector<std::uint64_t> old(std::max<std::size_t>(1024, slots_.size() * 2));
    old.swap(slots_);
    used_ = 0;
    for (auto hash : old)
      if (hash != 0) insert(hash);
  }

  std::vector<std::uint64_t> slots_;
  std::size_t used_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> repeats_;
};

class InputsReader : public Reader {
 public:
  InputsReader(std::vector<Input> inputs, ReaderOptions options, const std::string& cursor)
      : inputs_(std::move(inputs)), options_(std::move(options)), cursor_(Cursor::parse(cursor)) {
    for (const auto& input : inputs_)
      if (auto stamp = stamp_of(input.path)) total_ += stamp->size;
  }

  Result<Page> next() override {
    Page page;
    page.total = total_;
    std::size_t bytes = 0;
    while (at_ < inputs_.size() && page.records.size() < options_.rows_per_page && bytes < kBytesPerPage && page.rejected.size() < kRejectedPerPage) {
      const auto& input = inputs_[at_];
      auto& state = cursor_.files[input.name];
      if (!open_) {
        auto opened = begin(input, state, page);
        if (opened && !*opened) {
          leave(input);
          continue;
        }
        if (!opened) {
          if (options_.one_file) return fail(std::move(opened).in(input.name).error());
          set_aside(page, input, state, opened.error());
          continue;
        }
        if (!page.scan_sql.empty()) {  // the store reads it: a page of its own
          leave(input);
          break;
        }
      }
      Row row;
      auto more = rows_->next(row);
      if (!more) {
        if (options_.one_file) return fail(std::move(more).in(input.name).error());
        set_aside(page, input, state, more.error());
        continue;
      }
      if (*more) {
        take(row, input, state, page, bytes);
        continue;
      }
      auto another = next_entry(input, state);
      if (!another) {
        if (options_.one_file) return fail(std::move(another).in(input.name).error());
        set_aside(page, input, state, another.error());
      } else if (!*another) {
        state.done = true;
        leave(input);
      }
    }
    if (open_ && !inputs_[at_].packed) TRY(fingerprint(inputs_[at_], cursor_.files[inputs_[at_].name]));
    page.done = done_ + (open_ ? std::min(reached_, cursor_.files[inputs_[at_].name].size) : 0);
    page.caught_up = at_ >= inputs_.size();
    page.next = page.caught_up && options_.listing ? "{}" : cursor_.to_text();
    return page;
  }

 private:
  // Opens the input at hand; false if there is nothing new in it.
  Result<bool> begin(const Input& input, FileState& state, Page& page) {
    auto stamp = TRY(stamp_of(input.path));
    bool same = state.size == stamp.size && state.modified == stamp.modified;
    if (state.done && same) return false;
    bool goes_on = same && !state.done && (state.next.offset > 0 || state.entry > 0);
    if (!input.packed && state.next.offset > 0)
      goes_on = stamp.size >= state.next.offset && TRY(digest_of_head(input.path, state.next.offset)) == state.head &&
                TRY(digest_before(input.path, state.next.offset)) == state.tail;
    auto from = goes_on ? state : FileState{};
    state = from;
    state.size = stamp.size;
    state.modified = stamp.modified;
    state.done = false;
    expected_last_ = from.last_id;
    counter_.clear();
    reached_ = 0;
    if (input.format == Format::kParquet) {
      page.scan_sql = scan_sql(input);
      state.done = true;
      return true;
    }
    skip_to_ = from.next;
    skip_entry_ = from.entry;
    entry_ = 0;
    if (input.packed) {
      archive_.emplace(TRY(Archive::open(input.path)));
      entry_ = -1;
      if (!TRY(open_next_entry(input))) return false;
    } else {
      TRY(open_plain_rows(input, from.next));
    }
    open_ = true;
    return true;
  }

  Result<> open_plain_rows(const Input& input, Place place) {
    auto window = TRY(Window::open(TRY(open_plain(input.path, 0)), 0));
    bool wide = window.is_utf16();
    bool json = input.format == Format::kJson || input.format == Format::kJsonLines;
    auto rows = options_.rows;
    rows.file_name = input.name;
    rows_ = json ? TRY(read_json(std::move(window), input.format, rows)) : TRY(read_delimited(std::move(window), input.format, rows));
    // Without ids of their own, rows are told apart by counting the equal ones before them: those must be seen again.
    bool must_recount = options_.rows.id_column.empty();
    if (place.offset == 0 || wide || must_recount) return {};
    auto later = TRY(Window::open(TRY(open_plain(input.path, place.offset)), place.offset));
    rows_ = json ? go_on_json(std::move(later), input.format, rows, place) : go_on_delimited(*rows_, std::move(later), place);
    return {};
  }

  // The next file of the archive that is of a known format; false if there is none.
  Result<bool> open_next_entry(const Input& input) {
    for (;;) {
      auto entry = TRY(archive_->next());
      if (!entry) return false;
      ++entry_;
      bool one_file = !is_archive(input.path.filename().string());
      auto format = options_.forced ? options_.forced : one_file ? std::optional{input.format} : format_of(entry->name);
      if (!format || *format == Format::kParquet || entry_ < skip_entry_) continue;
      if (entry_ > skip_entry_) skip_to_ = {};
      counter_.clear();
      auto rows = options_.rows;
      rows.file_name = one_file ? input.name : entry->name;
      entry_name_ = one_file ? std::string{} : entry->name;
      auto window = TRY(Window::open(open_entry(*archive_), 0));
      bool json = *format == Format::kJson || *format == Format::kJsonLines;
      rows_ = json ? TRY(read_json(std::move(window), *format, rows)) : TRY(read_delimited(std::move(window), *format, rows));
      return true;
    }
  }

  Result<bool> next_entry(const Input& input, FileState& state) {
    if (!input.packed) return false;
    bool found = TRY(open_next_entry(input));
    if (found) {
      state.entry = entry_;
      state.next = {};
    }
    return found;
  }

  void take(Row& row, const Input& input, FileState& state, Page& page, std::size_t& bytes) {
    std::uint32_t before = 0;
    if (row.problem.empty() && row.id.empty()) before = counter_.count(row.json);
    reached_ = row.end;
    if (row.begin < skip_to_.offset) return;
    state.entry = entry_;
    // A row that the file breaks off in is read for now, and again when there is more.
    state.next = row.complete ? Place{row.end, row.next_line} : Place{row.begin, row.line};
    state.last_id.clear();
    if (!row.problem.empty()) {
      page.rejected.push_back({where(input, row.line), std::move(row.problem), std::move(row.json)});
      return;
    }
    auto id = !row.id.empty() ? std::move(row.id) : sha256_hex(row.json, 32) + (before == 0 ? "" : fmt::format("-{}", before + 1));
    if (!expected_last_.empty() && expected_last_ != id) page.records.push_back({expected_last_, {}, {}, true});
    expected_last_.clear();
    if (!row.complete) state.last_id = id;
    bytes += row.json.size() + id.size();
    page.records.push_back({std::move(id), std::move(row.json), {}, false});
  }

  // "line 17", with the file's name where there are several.
  std::string where(const Input& input, std::int64_t line) const {
    if (!entry_name_.empty()) return fmt::format("{} in {}, line {}", entry_name_, input.name, line);
    return options_.one_file ? fmt::format("line {}", line) : fmt::format("{}, line {}", input.name, line);
  }

  void set_aside(Page& page, const Input& input, FileState& state, const Error& error) {
    page.rejected.push_back({input.name, error.what, {}});
    if (auto stamp = stamp_of(input.path)) {  // until it changes
      state.size = stamp->size;
      state.modified = stamp->modified;
      state.done = true;
    }
    leave(input);
  }

  void leave(const Input& input) {
    auto& state = cursor_.files[input.name];
    // Without digests a changed file is read from its beginning: slower, never wrong.
    if (open_ && !input.packed && !fingerprint(input, state)) state.head.clear();
    done_ += state.size;
    rows_.reset();
    archive_.reset();
    entry_name_.clear();
    open_ = false;
    ++at_;
  }

  Result<> fingerprint(const Input& input, FileState& state) {
    state.head = TRY(digest_of_head(input.path, state.next.offset));
    state.tail = TRY(digest_before(input.path, state.next.offset));
    return {};
  }

  std::string scan_sql(const Input& input) const {
    std::string id = "NULL";
    if (!options_.rows.id_column.empty()) {
      id = "t";
      for (const auto& part : options_.rows.id_path) id += "." + sql_identifier(part);
    }
    std::string file;
    if (!options_.rows.file_column.empty()) file = fmt::format("{} AS {}, ", sql_quoted(input.name), sql_identifier(options_.rows.file_column));
    return fmt::format(
        "SELECT coalesce(nullif(id, ''), left(sha256(json), 32) || CASE WHEN n > 1 THEN '-' || n ELSE '' END) AS record_id, json FROM ("
        "SELECT id, json, row_number() OVER (PARTITION BY json) AS n FROM ("
        "SELECT ({})::VARCHAR AS id, to_json(t)::VARCHAR AS json FROM (SELECT {}* FROM read_parquet({})) t))",
        id, file, sql_quoted(input.path.string()));
  }

  std::vector<Input> inputs_;
  ReaderOptions options_;
  Cursor cursor_;
  std::int64_t total_ = 0, done_ = 0;
  std::size_t at_ = 0;

  // Of the input at hand.
  bool open_ = false;
  std::optional<Archive> archive_;
  std::unique_ptr<Rows> rows_;
  std::int64_t entry_ = 0, skip_entry_ = 0, reached_ = 0;
  std::string entry_name_, expected_last_;
  Place skip_to_;
  RowCounter counter_;
};

}  // namespace

std::unique_ptr<Reader> read_inputs(std::vector<Input> inputs, ReaderOptions options, const std::string& cursor) {
  return std::make_unique<InputsReader>(std::move(inputs), std::move(options), cursor);
}

}  // namespace rapport::table
