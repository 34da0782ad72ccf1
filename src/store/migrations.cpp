#include "store/migrations.h"

#include <fmt/format.h>

#include <charconv>

#include "base/embedded.h"
#include "base/text.h"

namespace rapport {
namespace {

int migration_number(std::string_view path) {
  int number = 0;
  if (path.ends_with(".sql")) std::from_chars(path.data(), path.data() + path.size(), number);
  return number;
}

// 0 for an empty database, -1 for one that is not ours.
Result<int> current_version(Store& store) {
  auto tables = TRY(store.query(
      "SELECT count(*) FILTER (table_name = 'schema_migration'), count(*) FROM information_schema.tables WHERE "
      "table_catalog = current_database()"));
  if (to_integer(tables.rows[0][0]) == 0) return to_integer(tables.rows[0][1]) == 0 ? 0 : -1;
  auto version = TRY(store.query("SELECT coalesce(max(version), 0) FROM schema_migration"));
  return static_cast<int>(to_integer(version.rows[0][0]));
}

tl::unexpected<Error> not_ours(const Store& store) {
  return fail(Error::Kind::kCorrupt, fmt::format("{} is not a Rapport database", store.file().string()),
              "name another folder with --home, or move that file away and run `rapport init`");
}
tl::unexpected<Error> too_new(const Store& store, int version) {
  return fail(Error::Kind::kCorrupt,
              fmt::format("{} was written by a newer Rapport (schema {}, this program knows {})", store.file().string(),
                          version, newest_migration()),
              "use the newer program, or `rapport restore` a backup made by this one");
}

}  // namespace

int newest_migration() {
  int newest = 0;
  for (const auto& file : embedded_schema()) newest = std::max(newest, migration_number(file.path));
  return newest;
}

Result<> migrate(Store& store) {
  int version = TRY(current_version(store));
  if (version < 0) return not_ours(store);
  if (version > newest_migration()) return too_new(store, version);
  auto transaction = TRY(Transaction::begin(store));
  for (const auto& file : embedded_schema()) {  // sorted by path, so by number
    int number = migration_number(file.path);
    if (number <= version) continue;
    TRY(store.execute(file.text).in(fmt::format("migration {}", file.path)));
    TRY(store.execute("INSERT INTO schema_migration VALUES ($version, $name, now())",
                      {{"version", static_cast<std::int64_t>(number)}, {"name", std::string{file.path}}}));
  }
  TRY(store.execute(embedded_file(embedded_schema(), "views.sql")).in("views.sql"));
  return transaction.commit();
}

Result<> check_schema(Store& store) {
  int version = TRY(current_version(store));
  if (version <= 0) return not_ours(store);
  if (version > newest_migration()) return too_new(store, version);
  if (version < newest_migration())
    return fail(Error::Kind::kCorrupt,
                fmt::format("{} has an older schema ({}, this program needs {})", store.file().string(), version,
                            newest_migration()),
                "run any writing command once to bring it up to date, for example `rapport sync`");
  return {};
}

}  // namespace rapport
