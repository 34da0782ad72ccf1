#include "store/store.h"

#include <duckdb.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/text.h"
#include "store/functions.h"
#include "store/migrations.h"

namespace rapport {
namespace {

enum class Access { kRead, kWrite };

// ---- one row out of a DuckDB chunk ------------------------------------------------------------------------

std::optional<ValueType> value_type_of(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return ValueType::kBool;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_HUGEINT: return ValueType::kInteger;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE: return ValueType::kReal;
    case DUCKDB_TYPE_VARCHAR: return ValueType::kText;
    case DUCKDB_TYPE_DATE: return ValueType::kDay;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return ValueType::kTime;
    default: return std::nullopt;
  }
}

template <class T>
T cell(void* data, idx_t row) {
  return static_cast<T*>(data)[row];
}

Value read_cell(duckdb_type type, void* data, idx_t row) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return cell<bool>(data, row);
    case DUCKDB_TYPE_TINYINT: return static_cast<std::int64_t>(cell<std::int8_t>(data, row));
    case DUCKDB_TYPE_SMALLINT: return static_cast<std::int64_t>(cell<std::int16_t>(data, row));
    case DUCKDB_TYPE_INTEGER: return static_cast<std::int64_t>(cell<std::int32_t>(data, row));
    case DUCKDB_TYPE_BIGINT: return cell<std::int64_t>(data, row);
    case DUCKDB_TYPE_UTINYINT: return static_cast<std::int64_t>(cell<std::uint8_t>(data, row));
    case DUCKDB_TYPE_USMALLINT: return static_cast<std::int64_t>(cell<std::uint16_t>(data, row));
    case DUCKDB_TYPE_UINTEGER: return static_cast<std::int64_t>(cell<std::uint32_t>(data, row));
    case DUCKDB_TYPE_HUGEINT: {
      auto huge = cell<duckdb_hugeint>(data, row);  // sums; the rare one beyond 64 bits becomes a real number
      bool fits = (huge.upper == 0 && huge.lower <= INT64_MAX) || (huge.upper == -1 && huge.lower > INT64_MAX);
      if (fits) return static_cast<std::int64_t>(huge.lower);
      return duckdb_hugeint_to_double(huge);
    }
    case DUCKDB_TYPE_FLOAT: return static_cast<double>(cell<float>(data, row));
    case DUCKDB_TYPE_DOUBLE: return cell<double>(data, row);
    case DUCKDB_TYPE_VARCHAR: {
      auto text = static_cast<duckdb_string_t*>(data) + row;
      return std::string{duckdb_string_t_data(text), duckdb_string_t_length(*text)};
    }
    case DUCKDB_TYPE_DATE: return Time{std::chrono::days{cell<std::int32_t>(data, row)}};
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Time{std::chrono::microseconds{cell<std::int64_t>(data, row)}};
    default: return {};
  }
}

// ---- errors ----------------------------------------------------------------------------------------------

Error database_error(const char* message) {
  std::string text = message == nullptr ? "unknown database error" : message;
  if (text.find("INTERRUPT") != std::string::npos) return {Error::Kind::kCancelled, "cancelled", {}, {}};
  if (text.find("No space left") != std::string::npos || text.find("Could not write") != std::string::npos)
    return {Error::Kind::kUpstream, "the disk is full: " + text.substr(0, text.find('\n')),
            "free some space and run again; the database is as it was before", {}};
  return {Error::Kind::kBadInput, printable(trim(text)), {}, {}};
}

struct ResultHolder {
  duckdb_result result{};
  ~ResultHolder() { duckdb_destroy_result(&result); }
};
struct StatementHolder {
  duckdb_prepared_statement statement = nullptr;
  ~StatementHolder() { duckdb_destroy_prepare(&statement); }
};

}  // namespace

namespace {

// An open database, shared by its connections.
struct Database {
  duckdb_database handle = nullptr;
  std::optional<FileLock> writer_lock, reader_lock;  // given back after the database is closed

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    if (handle != nullptr) duckdb_close(&handle);
  }
};

// Kept apart from its Store, so that another thread may interrupt it whatever becomes of the Store.
struct Connection {
  duckdb_connection handle = nullptr;
  ~Connection() {
    if (handle != nullptr) duckdb_disconnect(&handle);
  }
};

}  // namespace

struct Store::State {
  fs::path file;
  std::shared_ptr<Database> database = std::make_shared<Database>();
  std::shared_ptr<Connection> own = std::make_shared<Connection>();
  duckdb_connection connection = nullptr;  // own->handle
  // Those that another() gave out: an interruption is theirs too.
  std::mutex others_mutex;
  std::vector<std::weak_ptr<Connection>> others;
  std::chrono::steady_clock::time_point ask_readers_after{};  // see checkpoint()

  Result<> open(const char* path, Access access, int threads = 0);
  Result<> connect();
  Result<> bind(duckdb_prepared_statement statement, const Parameters& parameters);
  Result<> prepare(std::string_view sql, StatementHolder& holder);
};

Result<> Store::State::open(const char* path, Access access, int threads) {
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  duckdb_set_config(config, "access_mode", access == Access::kRead ? "READ_ONLY" : "READ_WRITE");
  // Nothing leaves the machine and nothing is fetched behind the user's back.
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  // The first version of the file format that packs long texts (zstd): raw JSON is most of what we hold.
  duckdb_set_config(config, "storage_compatibility_version", "v1.2.0");
  duckdb_set_config(config, "checkpoint_threshold", "1TB");  // see checkpoint() in the header
  if (threads > 0) duckdb_set_config(config, "threads", std::to_string(threads).c_str());
  char* message = nullptr;
  auto opened = duckdb_open_ext(path, &database->handle, config, &message);
  duckdb_destroy_config(&config);
  if (opened == DuckDBError) {
    std::string said = message == nullptr ? "" : message;
    duckdb_free(message);
    if (said.find("No space left") != std::string::npos) return fail(database_error(said.c_str()));
    return fail(Error::Kind::kCorrupt, fmt::format("cannot open {}: {}", file.string(), printable(said.substr(0, 300))),
                "if it is not a Rapport database name another folder with --home; if it is damaged `rapport restore` a backup");
  }
  TRY(connect());
  return register_functions(connection);  // for every connection to this database
}

Result<> Store::State::connect() {
  if (duckdb_connect(database->handle, &own->handle) == DuckDBError) return fail(Error::Kind::kBug, "cannot connect to the database");
  connection = own->handle;
  return {};
}

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

namespace {

// Closing any descriptor of a file gives back the POSIX record locks that this process holds on it: exactly the
// locks DuckDB took, which would keep readers and the writer apart. Our own locks are flock(2), not touched by this.
void give_back_record_locks(const fs::path& file) {
  for (const auto& path : {file, fs::path{file.string() + ".wal"}}) {
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) ::close(descriptor);
  }
}

fs::path lock_folder(const fs::path& file) { return file.parent_path() / ".rapport"; }

fs::path readers_lock(const fs::path& file) { return lock_folder(file) / "readers.lock"; }
fs::path request_to_leave(const fs::path& file) { return lock_folder(file) / "checkpoint.wanted"; }

constexpr std::chrono::seconds kWaitForReaders{2};
constexpr std::chrono::seconds kAskReadersAgain{30};
constexpr std::chrono::seconds kRequestForgotten{10};  // its writer died without taking it back

// Asks the readers to leave; takes the lock once they have. None if they stay.
std::optional<FileLock> wait_for_readers(const fs::path& file) {
  std::error_code ignored;
  if (!write_file(request_to_leave(file), "a writer folds its log\n")) return {};
  std::optional<FileLock> alone;
  auto until = std::chrono::steady_clock::now() + kWaitForReaders;
  while (!alone && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    if (auto taken = FileLock::take(readers_lock(file), FileLock::Mode::kExclusive, FileLock::Wait::kNo)) alone = std::move(*taken);
  }
  fs::remove(request_to_leave(file), ignored);
  return alone;
}

// What a writer's session may hold in memory; more goes to files beside the database. So a source of any size is read with
// the same memory, and a machine with less is not asked for what it has not.
constexpr std::uintmax_t kWriterMemory = 1u << 30;
constexpr std::uintmax_t kLeastWriterMemory = 256u << 20;

std::uintmax_t writer_memory() {
  auto machine = static_cast<std::uintmax_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uintmax_t>(::sysconf(_SC_PAGESIZE));
  return std::clamp(machine / 4, kLeastWriterMemory, kWriterMemory);
}

fs::path spill_folder(const fs::path& file) { return lock_folder(file) / "spill"; }

constexpr const char* kSession = "SET TimeZone = 'UTC'; PRAGMA disable_checkpoint_on_shutdown;";

}  // namespace

bool Store::wants_readers_to_leave(const fs::path& file) {
  std::error_code failed;
  auto asked = fs::last_write_time(request_to_leave(file), failed);
  return !failed && fs::file_time_type::clock::now() - asked < kRequestForgotten;
}

Result<Store> Store::open_to_read(const fs::path& file, const ReadOptions& options) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("no database at {}", file.string()), "run `rapport init` first");
  auto state = std::make_unique<State>();
  state->file = file;
  {
    // While one process opens, DuckDB's own locks are held for a moment; openers take turns.
    // Where we may not even create the lock, nobody writes either: a failure here is not one.
    auto turn = FileLock::take(lock_folder(file) / "open.lock", FileLock::Mode::kExclusive, FileLock::Wait::kYes);
    state->database->reader_lock = TRY(FileLock::take(readers_lock(file), FileLock::Mode::kShared, FileLock::Wait::kYes));
    TRY(state->open(file.c_str(), Access::kRead, options.threads));
    give_back_record_locks(file);
  }
  Store store{std::move(state)};
  TRY(store.execute("SET TimeZone = 'UTC'"));
  TRY(check_schema(store));
  return store;
}

Result<FileLock> Store::lock_out_writers(const fs::path& file, std::string_view who) {
  std::error_code failed;
  fs::create_directories(lock_folder(file), failed);
  if (failed)
    return fail(Error::Kind::kUpstream, fmt::format("cannot create {}: {}", lock_folder(file).string(), failed.message()),
                "check that the folder is yours to write to");
  auto lock = FileLock::take(lock_folder(file) / "writer.lock", FileLock::Mode::kExclusive, FileLock::Wait::kNo);
  if (!lock && lock.error().kind == Error::Kind::kBusy)
    return fail(Error::Kind::kBusy, fmt::format("another rapport is writing to {}: {}", file.string(), lock.error().what),
                "wait for it to end or stop it; reading commands work meanwhile");
  if (lock) lock->describe_holder(fmt::format("process {}, `{}`, since {}", ::getpid(), who, format_time(now()).substr(0, 16)));
  return lock;
}

Result<Store> Store::open_to_write(const fs::path& file, std::string_view who) {
  auto state = std::make_unique<State>();
  state->file = file;
  state->database->writer_lock = TRY(lock_out_writers(file, who));
  {
    auto turn = TRY(FileLock::take(lock_folder(file) / "open.lock", FileLock::Mode::kExclusive, FileLock::Wait::kYes));
    TRY(state->open(file.c_str(), Access::kWrite));
    give_back_record_locks(file);
  }
  std::error_code ignored;
  fs::remove_all(spill_folder(file), ignored);  // of a writer that was killed
  Store store{std::move(state)};
  TRY(store.execute(kSession));
  TRY(store.execute(fmt::format("SET memory_limit = '{}B'; SET temp_directory = {};", writer_memory(), sql_quoted(spill_folder(file).string()))));
  TRY(migrate(store));
  return store;
}

Result<Store> Store::in_memory() {
  auto state = std::make_unique<State>();
  TRY(state->open(":memory:", Access::kWrite));
  Store store{std::move(state)};
  TRY(store.execute(kSession));
  TRY(migrate(store));
  return store;
}

Result<Store> Store::another_connection() const {
  auto state = std::make_unique<State>();
  state->file = state_->file;
  state->database = state_->database;
  TRY(state->connect());
  Store store{std::move(state)};
  TRY(store.execute("SET TimeZone = 'UTC'"));
  return store;
}

Result<std::unique_ptr<Engine>> Store::another() const {
  auto store = std::make_unique<Store>(TRY(another_connection()));
  std::lock_guard lock{state_->others_mutex};
  std::erase_if(state_->others, [](const auto& other) { return other.expired(); });
  state_->others.push_back(store->state_->own);
  return store;
}

Result<> Store::State::prepare(std::string_view sql, StatementHolder& holder) {
  std::string text{sql};
  if (duckdb_prepare(connection, text.c_str(), &holder.statement) == DuckDBError)
    return fail(database_error(duckdb_prepare_error(holder.statement)));
  // Types without a plain form (lists, intervals, UUIDs, decimals …) come as text or real numbers.
  std::string selected;
  bool wrap = false;
  idx_t count = duckdb_prepared_statement_column_count(holder.statement);
  for (idx_t i = 0; i < count; ++i) {
    auto type = duckdb_prepared_statement_column_type(holder.statement, i);
    const char* name = duckdb_prepared_statement_column_name(holder.statement, i);
    auto quoted = sql_identifier(name);
    duckdb_free(const_cast<char*>(name));
    if (!selected.empty()) selected += ", ";
    if (value_type_of(type) || type == DUCKDB_TYPE_INVALID) {
      selected += quoted;
    } else {
      wrap = true;
      bool numeric = type == DUCKDB_TYPE_DECIMAL || type == DUCKDB_TYPE_UBIGINT || type == DUCKDB_TYPE_UHUGEINT;
      selected += fmt::format("CAST({0} AS {1}) AS {0}", quoted, numeric ? "DOUBLE" : "VARCHAR");
    }
  }
  if (!wrap || duckdb_prepared_statement_type(holder.statement) != DUCKDB_STATEMENT_TYPE_SELECT) return {};
  auto body = trim(text);
  while (!body.empty() && body.back() == ';') body = trim(body.substr(0, body.size() - 1));
  std::string wrapped = fmt::format("SELECT {} FROM ({}\n)", selected, body);
  StatementHolder other;
  if (duckdb_prepare(connection, wrapped.c_str(), &other.statement) == DuckDBError) return {};  // e.g. PRAGMA, SHOW
  std::swap(holder.statement, other.statement);
  return {};
}

Result<> Store::State::bind(duckdb_prepared_statement statement, const Parameters& parameters) {
  for (const auto& [name, value] : parameters) {
    idx_t index = 0;
    if (duckdb_bind_parameter_index(statement, &index, name.c_str()) == DuckDBError) continue;  // not used by this SQL
    duckdb_state bound = DuckDBSuccess;
    if (is_null(value)) bound = duckdb_bind_null(statement, index);
    else if (auto truth = std::get_if<bool>(&value)) bound = duckdb_bind_boolean(statement, index, *truth);
    else if (auto number = std::get_if<std::int64_t>(&value)) bound = duckdb_bind_int64(statement, index, *number);
    else if (auto real = std::get_if<double>(&value)) bound = duckdb_bind_double(statement, index, *real);
    else if (auto text = std::get_if<std::string>(&value))
      bound = duckdb_bind_varchar_length(statement, index, text->data(), text->size());
    else if (auto time = std::get_if<Time>(&value))
      bound = duckdb_bind_timestamp_tz(statement, index, duckdb_timestamp{time->time_since_epoch().count()});
    else if (auto day = std::get_if<Day>(&value))
      bound = duckdb_bind_date(statement, index, duckdb_date{static_cast<std::int32_t>(day->time_since_epoch().count())});
    if (bound == DuckDBError)
      return fail(Error::Kind::kBadInput, fmt::format("cannot give ${} to this statement", name));
  }
  return {};
}

Result<> Store::query_each(std::string_view sql, const Parameters& parameters,
                           const std::function<Result<>(const Table&)>& take) {
  StatementHolder holder;
  TRY(state_->prepare(sql, holder));
  TRY(state_->bind(holder.statement, parameters));
  ResultHolder answer;
  if (duckdb_execute_prepared_streaming(holder.statement, &answer.result) == DuckDBError)
    return fail(database_error(duckdb_result_error(&answer.result)));
  Table table;
  idx_t columns = duckdb_column_count(&answer.result);
  std::vector<duckdb_type> types;
  for (idx_t i = 0; i < columns; ++i) {
    types.push_back(duckdb_column_type(&answer.result, i));
    auto type = value_type_of(types.back()).value_or(ValueType::kText);
    auto logical = duckdb_column_logical_type(&answer.result, i);
    char* alias = duckdb_logical_type_get_alias(logical);
    if (alias != nullptr && std::strcmp(alias, "JSON") == 0) type = ValueType::kJson;
    duckdb_free(alias);
    duckdb_destroy_logical_type(&logical);
    table.columns.push_back({duckdb_column_name(&answer.result, i), type});
  }
  bool any = false;
  for (;;) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(answer.result);
    if (chunk == nullptr) {
      const char* message = duckdb_result_error(&answer.result);
      if (message != nullptr && *message != '\0') return fail(database_error(message));
      break;
    }
    idx_t size = duckdb_data_chunk_get_size(chunk);
    table.rows.assign(size, {});
    for (auto& row : table.rows) row.resize(columns);
    for (idx_t i = 0; i < columns; ++i) {
      auto vector = duckdb_data_chunk_get_vector(chunk, i);
      auto* validity = duckdb_vector_get_validity(vector);
      void* data = duckdb_vector_get_data(vector);
      for (idx_t row = 0; row < size; ++row)
        if (validity == nullptr || duckdb_validity_row_is_valid(validity, row))
          table.rows[row][i] = read_cell(types[i], data, row);
    }
    duckdb_destroy_data_chunk(&chunk);
    any = true;
    TRY(take(table));
  }
  if (!any) {
    table.rows.clear();
    TRY(take(table));
  }
  return {};
}

Result<Table> Store::query(std::string_view sql, const Parameters& parameters) {
  Table all;
  TRY(query_each(sql, parameters, [&](const Table& part) -> Result<> {
    if (all.columns.empty()) all.columns = part.columns;
    all.rows.insert(all.rows.end(), part.rows.begin(), part.rows.end());
    return {};
  }));
  return all;
}

Result<> Store::execute(std::string_view script) {
  ResultHolder answer;
  if (duckdb_query(state_->connection, std::string{script}.c_str(), &answer.result) == DuckDBError)
    return fail(database_error(duckdb_result_error(&answer.result)));
  return {};
}

Result<> Store::execute(std::string_view statement, const Parameters& parameters) {
  return query_each(statement, parameters, [](const Table&) -> Result<> { return {}; });
}

Result<> Store::append(std::string_view table, const RowBatch& batch) {
  if (batch.rows() == 0) return {};
  duckdb_appender appender = nullptr;
  auto failed = [&](const char* message) {
    Error error = database_error(message);
    duckdb_appender_destroy(&appender);
    return fail(std::move(error));
  };
  if (duckdb_appender_create(state_->connection, nullptr, std::string{table}.c_str(), &appender) == DuckDBError)
    return failed(duckdb_appender_error(appender));
  auto columns = batch.columns();
  std::vector<duckdb_logical_type> types;
  for (const auto& column : columns) {
    switch (column.spec.type) {
      case ColumnType::kText: types.push_back(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR)); break;
      case ColumnType::kInteger: types.push_back(duckdb_create_logical_type(DUCKDB_TYPE_BIGINT)); break;
      case ColumnType::kReal: types.push_back(duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE)); break;
      case ColumnType::kBool: types.push_back(duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN)); break;
      case ColumnType::kTime: types.push_back(duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ)); break;
    }
  }
  duckdb_data_chunk chunk = duckdb_create_data_chunk(types.data(), types.size());
  duckdb_state appended = DuckDBSuccess;
  for (std::size_t start = 0; start < batch.rows() && appended == DuckDBSuccess; start += duckdb_vector_size()) {
    std::size_t count = std::min<std::size_t>(duckdb_vector_size(), batch.rows() - start);
    duckdb_data_chunk_reset(chunk);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto& column = columns[c];
      auto vector = duckdb_data_chunk_get_vector(chunk, c);
      void* data = duckdb_vector_get_data(vector);
      for (std::size_t i = 0; i < count; ++i) {
        std::size_t row = start + i;
        if (column.null[row]) {
          duckdb_vector_ensure_validity_writable(vector);
          duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), i);
        } else if (column.spec.type == ColumnType::kText) {
          std::size_t begin = row == 0 ? 0 : column.ends[row - 1];
          duckdb_vector_assign_string_element_len(vector, i, column.bytes.data() + begin, column.ends[row] - begin);
        } else if (column.spec.type == ColumnType::kBool) {
          static_cast<bool*>(data)[i] = column.numbers[row] != 0;
        } else {
          static_cast<std::int64_t*>(data)[i] = column.numbers[row];  // a real number travels as its bits
        }
      }
    }
    duckdb_data_chunk_set_size(chunk, count);
    appended = duckdb_append_data_chunk(appender, chunk);
  }
  duckdb_destroy_data_chunk(&chunk);
  for (auto& type : types) duckdb_destroy_logical_type(&type);
  if (appended == DuckDBError || duckdb_appender_close(appender) == DuckDBError)
    return failed(duckdb_appender_error(appender));
  duckdb_appender_destroy(&appender);
  return {};
}

Result<> Store::checkpoint() {
  if (state_->file.empty()) return {};
  std::optional<FileLock> alone;
  if (auto taken = FileLock::take(readers_lock(state_->file), FileLock::Mode::kExclusive, FileLock::Wait::kNo)) alone = std::move(*taken);
  if (!alone && std::chrono::steady_clock::now() >= state_->ask_readers_after) {
    alone = wait_for_readers(state_->file);
    if (!alone) state_->ask_readers_after = std::chrono::steady_clock::now() + kAskReadersAgain;
  }
  if (!alone) return {};  // a reader stays: the log simply stays a little longer
  auto done = execute("CHECKPOINT");
  give_back_record_locks(state_->file);
  return done;
}

std::uintmax_t Store::log_bytes() const {
  std::error_code failed;
  auto size = fs::file_size(state_->file.string() + ".wal", failed);
  return failed ? 0 : size;
}

const fs::path& Store::file() const { return state_->file; }

void Store::interrupt() {
  duckdb_interrupt(state_->connection);
  std::lock_guard lock{state_->others_mutex};
  for (const auto& other : state_->others)
    if (auto still = other.lock()) duckdb_interrupt(still->handle);
}

Result<Transaction> Transaction::begin(Store& store) {
  TRY(store.execute("BEGIN"));
  return Transaction{store};
}
Transaction::Transaction(Transaction&& other) noexcept : store_(std::exchange(other.store_, nullptr)) {}
Transaction::~Transaction() {
  if (store_ != nullptr) (void)store_->execute("ROLLBACK");
}
Result<> Transaction::commit() { return std::exchange(store_, nullptr)->execute("COMMIT"); }

std::string engine_version() { return duckdb_library_version(); }

}  // namespace rapport
