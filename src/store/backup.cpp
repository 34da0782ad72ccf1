#include "store/backup.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace rapport {
namespace {

fs::path log_of(const fs::path& database) { return database.string() + ".wal"; }

}  // namespace

Result<> write_backup(Store& store, const fs::path& target) {
  std::error_code ignored;
  if (fs::exists(target, ignored))
    return fail(Error::Kind::kBadInput, fmt::format("{} exists already", target.string()), "choose another name or remove it first");
  auto part = target;
  part += ".part";
  fs::remove(part, ignored);
  fs::remove(log_of(part), ignored);
  auto current = TRY(store.query("SELECT current_database()"));
  auto copied = [&]() -> Result<> {
    TRY(store.execute(fmt::format("ATTACH {} AS backup_target (READ_WRITE)", sql_quoted(part.string()))));
    auto done = store.execute(fmt::format("COPY FROM DATABASE {} TO backup_target", sql_identifier(to_text(current.rows[0][0]))));
    auto detached = store.execute("DETACH backup_target");  // writes the log into the file
    TRY(done);
    return detached;
  }();
  if (copied) {
    fs::rename(part, target, ignored);
    if (ignored) return fail(Error::Kind::kUpstream, fmt::format("cannot create {}: {}", target.string(), ignored.message()));
    return {};
  }
  fs::remove(part, ignored);
  fs::remove(log_of(part), ignored);
  return std::move(copied).in("writing the backup " + target.string());
}

Result<fs::path> restore_backup(const fs::path& database, const fs::path& backup, std::string_view who) {
  std::error_code failed;
  if (!fs::exists(backup, failed)) return fail(Error::Kind::kNotFound, fmt::format("no backup at {}", backup.string()), "check the spelling");
  TRY(Store::open_to_read(backup).in("checking the backup"));
  auto part = database;
  part += ".restoring";
  fs::copy_file(backup, part, fs::copy_options::overwrite_existing, failed);
  if (failed) return fail(Error::Kind::kUpstream, fmt::format("cannot copy {}: {}", backup.string(), failed.message()), "check the free disk space");
  fs::path kept;
  {
    auto writer = Store::lock_out_writers(database, who);
    if (!writer) return fail(writer.error());
    if (fs::exists(database, failed)) {
      auto stamp = replace_all(format_time(std::chrono::floor<std::chrono::seconds>(now())), ":", "");
      kept = database.string() + ".before-" + stamp;
      fs::rename(database, kept, failed);
      if (!failed && fs::exists(log_of(database), failed)) fs::rename(log_of(database), log_of(kept), failed);
    }
    fs::rename(part, database, failed);
    if (failed) return fail(Error::Kind::kUpstream, fmt::format("cannot put the backup in place: {}", failed.message()));
  }
  TRY(Store::open_to_write(database, who));  // brings an older backup to today's schema
  return kept;
}

}  // namespace rapport
