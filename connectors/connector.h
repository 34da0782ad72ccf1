// The seam between Rapport and the places it collects from. A connector is one folder: <x>.cpp (fetch),
// model.sql (meaning), README.md, fixtures/. Its line in the table of connectors/all.cpp is all that ties it in.
//
// Fetching never interprets and interpreting never fetches: a Reader hands over what the source told, page by
// page; model.sql, run later inside the store, gives it meaning and can be run again without the network.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/rows.h"
#include "base/settings.h"
#include "base/time.h"
#include "http/http.h"

namespace rapport {

// One thing as the source told it, kept verbatim.
struct RawRecord {
  std::string id;    // unique within (source, stream)
  std::string json;  // valid JSON
  std::optional<Time> updated_at;
  bool gone = false;  // a tombstone: the source says that it no longer exists; `json` may be empty
};

// Something we could not read: kept in rejected_record, never dropped in silence.
struct Rejected {
  std::string position;  // where in the source: "line 17", "message 3, byte 8812"
  std::string reason;    // one sentence
  std::string excerpt;   // the beginning of it, at most 500 bytes
};

// One step of reading. `next` is always a place to go on from: at once if !caught_up, else at the next sync.
struct Page {
  std::vector<RawRecord> records;  // for the table raw_record
  std::vector<RowBatch> rows;      // for staging tables, in the order of ConnectorInfo::staging; may be empty
  // Instead of records, for files that the store itself reads best (Parquet): a SELECT of (record_id VARCHAR,
  // json VARCHAR) whose rows become raw records. Built by the connector, every value in it quoted.
  std::string scan_sql;
  // Instead of tombstones, where only the store knows the ids: a condition over (record_id, json). Records of this
  // stream for which it holds are marked gone once those of this page are in. Every value in it quoted.
  std::string gone_where;
  std::vector<Rejected> rejected;
  std::string next;  // cursor, opaque to all but the connector
  bool caught_up = false;
  std::int64_t done = 0, total = 0;  // progress in any unit; total 0 = unknown
};

// A position in one stream that only moves forward. It owns what it reads from (a child process, an open
// archive), so a page costs what it holds and no more.
class Reader {
 public:
  virtual ~Reader() = default;
  // The next page. A Reader does not sleep, retry, log or write; after an Error it is thrown away and a new one
  // is made from the last `next`. Reading the same place twice gives the same records: rows are keyed by
  // (source, stream, id), so a repeated page changes nothing.
  virtual Result<Page> next() = 0;
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Starts reading `stream` at `cursor` (empty = the beginning).
  // REQUIRES: `stream` is one of ConnectorInfo::streams; `http` outlives the Reader.
  virtual Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor,
                                               Http& http) const = 0;
};

// For APIs, where every page is one request: a Reader out of a function of the cursor.
std::unique_ptr<Reader> paged(std::string cursor, std::function<Result<Page>(const std::string& cursor)> fetch);

// A connector's own table for bulk formats that skip raw_record. The store adds `source_id` and `batch`.
struct StagingTable {
  std::string_view name;                // "git_commit": starts with the connector's name
  std::span<const ColumnSpec> columns;  // the first, `record_id`, is the key: a row replaces that of the same key
};

enum class StreamKind {
  kIncremental,  // the cursor moves on; what was read stays
  kFullListing,  // each caught-up pass lists everything: records not seen in it are marked gone
};

struct Stream {
  std::string_view name;
  StreamKind kind = StreamKind::kIncremental;
};

// Says whether WHAT in `rapport add WHAT` is for this connector. `confidence` 0 = no, 100 = certain.
struct Recognised {
  int confidence = 0;
  std::string understood;  // "a git repository with 3 branches"
  std::string name;        // suggested source name
  std::vector<std::pair<std::string, std::string>> settings;
  // What else is at that place, for other connectors, each to be recognised by its own: of a repository's web page, the
  // repository for `git`. `rapport add` adds them too, unless it was told which connector is meant.
  struct Also {
    std::string_view connector;
    std::string what;
  };
  std::vector<Also> also = {};
};

// Settings that Rapport itself fills in for every connector that declares them.
//   cache   a folder of this source's own, kept between syncs (clones, unpacked archives)
inline constexpr std::string_view kCacheSetting = "cache";

// Everything about a connector that is known without opening it: feeds --help, docs, settings form, checks.
struct ConnectorInfo {
  std::string_view name;
  std::string_view summary;  // one line
  std::span<const Setting> settings;
  std::span<const Stream> streams;
  std::span<const StagingTable> staging;
  // Raw records and staging rows -> out_place, out_account, out_thread, out_activity. See docs/howto/add-a-connector.md.
  std::string_view model_sql;
};

struct ConnectorEntry {
  ConnectorInfo info;
  // The model for a source with these settings, where it depends on them (mappings from rapport.toml); null = always
  // info.model_sql as it is.
  Result<std::string> (*make_model)(const Settings& settings) = nullptr;
  // Errors: settings that cannot work (kBadInput), a place that is not there (kNotFound).
  // May take its time and ask other hosts.
  Result<std::unique_ptr<Connector>> (*open)(const Settings& settings);
  // What of open() can be told at once and without the network, where open() is more than that; null = all of it.
  Result<> (*check)(const Settings& settings) = nullptr;
  // Why a source with these settings, as written, is only for somebody who edits rapport.toml: it would start a program that
  // they name. Empty = it may come from the form of the web page, as always where this is null.
  std::string (*by_hand)(const std::map<std::string, std::string>& settings) = nullptr;
  Recognised (*recognise)(std::string_view what);
};

// The table in connectors/all.cpp, sorted by name.
std::span<const ConnectorEntry> connectors();
// Errors: kNotFound with a suggestion.
Result<const ConnectorEntry*> find_connector(std::string_view name);

}  // namespace rapport
