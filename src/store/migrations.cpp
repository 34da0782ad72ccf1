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
  auto views = embedded_file(embedded_schema(), "views.sql");
  auto same = TRY(store.query("SELECT count(*) FROM fact_state WHERE version = md5($views)", {{"views", std::string{views}}}));
  if (to_integer(same.rows[0][0]) == 0) {
    // thread_people_now reads activity_people, so that table comes first.
    auto second = views.find("CREATE OR REPLACE VIEW thread_people_now");
    TRY(store.execute(views.substr(0, second)).in("views.sql"));
    TRY(store.execute("CREATE OR REPLACE TABLE activity_people AS FROM activity_people_now LIMIT 0"));
    TRY(store.execute(views.substr(second)).in("views.sql"));
    TRY(store.execute("DELETE FROM fact_state"));
    TRY(store.execute("INSERT INTO fact_state SELECT md5($views), now()", {{"views", std::string{views}}}));
    TRY(refresh_facts(store));
  }
  return transaction.commit();
}

Result<> refresh_facts(Store& store) {
  TRY(store.execute("CREATE OR REPLACE TABLE activity_people AS FROM activity_people_now ORDER BY happened_at, activity_id"));
  TRY(store.execute("CREATE OR REPLACE TABLE thread_people AS FROM thread_people_now ORDER BY opened_at, thread_id"));
  return store.execute("UPDATE fact_state SET refreshed_at = now()");
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
