#include "sync/sync.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "identity/identity.h"
#include "sync/budget.h"
#include "sync/fetching.h"
#include "sync/model.h"
#include "sync/page_store.h"
#include "sync/retention.h"

namespace rapport {
namespace {

// The log is folded into the file when it has grown this far; folding earlier costs more than it saves.
constexpr std::uintmax_t kFoldLogAt = 256u << 20;
// Sources read at once. Hosts are what most of them wait for, and each may hold two pages in memory.
constexpr std::size_t kMostAtOnce = 6;
constexpr std::chrono::milliseconds kLookUpEvery{100};  // for Ctrl-C
constexpr std::chrono::seconds kLong{60};  // a source that takes longer says so beforehand

struct PreparedSource {
  const SourceConfig* config = nullptr;
  const ConnectorEntry* entry = nullptr;
  ModelSource model;
};

Result<std::vector<const SourceConfig*>> chosen_sources(const Workspace& workspace, const std::vector<std::string>& only) {
  std::vector<const SourceConfig*> chosen;
  std::vector<std::string> names;
  for (const auto& source : workspace.sources) {
    names.push_back(source.name);
    if (only.empty() || std::find(only.begin(), only.end(), source.name) != only.end()) chosen.push_back(&source);
  }
  for (const auto& name : only) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    auto near = did_you_mean(name, names);
    return fail(Error::Kind::kNotFound, fmt::format("no source called `{}`", printable(name)),
                near.empty() ? "`rapport sources` lists them" : fmt::format("did you mean `{}`?", near));
  }
  return chosen;
}

// Where a source is, as people would open it.
std::string address_of(const SourceConfig& config) {
  for (const char* key : {"url", "path", "command"})
    if (auto found = config.settings.find(key); found != config.settings.end()) return found->second;
  return {};
}

Result<PreparedSource> prepare(Store& store, const Workspace& workspace, const SourceConfig& config) {
  PreparedSource source;
  source.config = &config;
  source.entry = TRY(find_connector(config.connector).in("source " + config.name));
  source.model.connector = &source.entry->info;
  source.model.name = config.name;
  source.model.url = address_of(config);
  source.model.source_id = TRY(source_id_of(store, config.name));
  source.model.model_sql = source.entry->info.model_sql;
  if (source.entry->make_model != nullptr) {
    auto settings = TRY(workspace.settings_of(config, source.entry->info.settings));
    source.model.model_sql = TRY(source.entry->make_model(settings).in("source " + config.name));
  }
  TRY(ensure_staging(store, source.entry->info));
  Parameters parameters{{"id", source.model.source_id}, {"name", config.name}, {"connector", config.connector}, {"url", source.model.url}};
  TRY(store.execute("DELETE FROM source WHERE source_id = $id", parameters));
  TRY(store.execute("INSERT INTO source VALUES ($id, $name, $connector, $url)", parameters));
  return source;
}

tl::unexpected<Error> stopped() {
  return fail(Error::Kind::kCancelled, "stopped as you asked", "run `rapport sync` again to go on from here");
}

Result<> give_meaning(Store& store, const PreparedSource& source, ModelScope scope, SourceResult& result, Progress& progress) {
  progress.report(source.config->name + " model", 0, 0);
  auto modelled = run_model(store, source.model, scope);
  if (!modelled) {
    auto error = modelled.error();
    error.trail.push_back("source " + source.config->name);
    result.errors.push_back(std::move(error));
    return {};
  }
  result.activities = modelled->activities;
  result.rejected += modelled->rejected;
  if (scope == ModelScope::kAll) result.records = modelled->records;
  return {};
}

using Clock = std::chrono::steady_clock;

Result<> let_go(Store& store, const PreparedSource& source, Progress& progress) {
  auto days = source.config->keep_raw_days;
  if (days == 0) return {};
  auto count = TRY(let_go_of_raw(store, source.model.source_id, source.entry->info.streams, std::chrono::days{days}).in("source " + source.config->name));
  if (count > 0) progress.note(fmt::format("{}: let go of {} raw records older than {} days; their activities stay", source.config->name, count, days));
  return {};
}

// One source of a run: what it is, how far each of its streams is, and what came of it.
struct Run {
  PreparedSource source;
  std::vector<StreamPosition> positions;
  std::vector<std::int64_t> records;  // seen in each stream, for the progress
  Budget budget{0};
  std::chrono::seconds told{0};  // of it
  std::int64_t batch = 0;
  SourceResult result;
};

// A Run for each chosen source. Those that cannot be prepared hold the reason and no connector in `source`.
Result<std::vector<Run>> runs_of(Store& store, const Workspace& workspace, const SyncOptions& options) {
  std::vector<Run> runs;
  for (const auto* config : TRY(chosen_sources(workspace, options.only))) {
    Run run;
    run.result.source = config->name;
    run.result.connector = config->connector;
    if (auto source = prepare(store, workspace, *config)) run.source = std::move(*source);
    else run.result.errors.push_back(source.error());
    runs.push_back(std::move(run));
  }
  return runs;
}

SyncResult result_of(std::vector<Run> runs) {
  SyncResult all;
  for (auto& run : runs) all.sources.push_back(std::move(run.result));
  return all;
}

Result<> finish(Store& store, const Workspace& workspace, Progress& progress) {
  progress.report("people", 0, 0);
  TRY(identify(store, workspace.people));
  return store.checkpoint();
}

Result<std::unique_ptr<Connector>> opened(const Workspace& workspace, const PreparedSource& source) {
  auto settings = TRY(workspace.settings_of(*source.config, source.entry->info.settings));
  return source.entry->open(settings).in("source " + source.config->name);
}

// Has the source read from where the last sync ended. What stands in the way is noted in its result.
Result<> start(Store& store, const Workspace& workspace, Run& run, std::size_t number, Fetching& fetching, Progress& progress) {
  auto connector = opened(workspace, run.source);
  if (!connector) {
    run.result.errors.push_back(connector.error());
    return give_meaning(store, run.source, ModelScope::kChanged, run.result, progress);  // of what is there already
  }
  auto batch = TRY(store.query("SELECT nextval('batch_number')"));
  run.batch = to_integer(batch.rows[0][0]);
  std::vector<Fetching::StreamStart> streams;
  for (const auto& stream : run.source.entry->info.streams) {
    run.positions.push_back(TRY(position_of(store, run.source.model.source_id, stream)));
    streams.push_back({stream.name, run.positions.back().cursor});
  }
  run.records.resize(streams.size());
  run.budget = Budget{streams.size()};
  fetching.add(number, std::move(*connector), std::move(streams));
  return {};
}

// When a source turns out to take long: what it will take. Again when that was much too little: the years before the last
// months come second, and only then tell how many they are.
void tell_budget(Run& run, Progress& progress) {
  auto left = run.budget.left();
  if (!left || left->duration < std::max(kLong, 2 * run.told)) return;
  run.told = left->duration;
  progress.note(fmt::format("{}: {}; Ctrl-C keeps what is read", run.result.source, in_words(*left)));
}

// Writes what arrived. An Error is one of the store, or Ctrl-C; problems of the source are noted in its result.
Result<> take(Store& store, Run& run, std::size_t stream, Result<Page> page, Progress& progress) {
  auto& position = run.positions[stream];
  auto what = fmt::format("{} {}", run.result.source, position.stream);
  if (!page) {
    if (progress.stop_requested()) return stopped();  // Ctrl-C reaches a child process before us
    auto error = std::move(page.error());
    error.trail.push_back("stream " + position.stream);
    error.trail.push_back("source " + run.result.source);
    TRY(store_failure(store, position, error));
    run.result.errors.push_back(std::move(error));
    return {};
  }
  auto stored = TRY(store_page(store, run.source.entry->info, position, *page, run.batch).in(what));
  run.result.records += stored.records;
  run.result.rejected += stored.rejected;
  run.records[stream] += static_cast<std::int64_t>(page->records.size());
  progress.report(what, page->done > 0 ? page->done : run.records[stream], page->total);
  if (store.log_bytes() > kFoldLogAt) TRY(store.checkpoint());
  return {};
}

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

}  // namespace

std::int64_t SyncResult::rejected() const {
  std::int64_t sum = 0;
  for (const auto& source : sources) sum += source.rejected;
  return sum;
}
bool SyncResult::failed() const {
  return std::any_of(sources.begin(), sources.end(), [](const auto& source) { return !source.errors.empty(); });
}

Result<SyncResult> sync(Store& store, const Workspace& workspace, Http& http, const SyncOptions& options, Progress& progress) {
  auto runs = TRY(runs_of(store, workspace, options));
  Fetching fetching{http, kMostAtOnce};
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (runs[i].source.entry != nullptr) TRY(start(store, workspace, runs[i], i, fetching, progress));
  while (!fetching.over()) {
    if (progress.stop_requested()) return stopped();
    auto arrival = fetching.next(kLookUpEvery);
    if (!arrival) continue;
    auto& run = runs[arrival->source];
    auto begun = Clock::now();
    if (arrival->stream) {
      if (arrival->page) run.budget.add(*arrival->stream, *arrival->page, arrival->seen, arrival->seconds);
      else run.budget.ended(*arrival->stream);
      TRY(take(store, run, *arrival->stream, std::move(arrival->page), progress));
      tell_budget(run, progress);
    } else {
      TRY(give_meaning(store, run.source, ModelScope::kChanged, run.result, progress));
      TRY(let_go(store, run.source, progress));
    }
    run.result.seconds += arrival->seconds + seconds_since(begun);
  }
  TRY(finish(store, workspace, progress));
  return result_of(std::move(runs));
}

Result<SyncResult> replay(Store& store, const Workspace& workspace, const SyncOptions& options, Progress& progress) {
  auto runs = TRY(runs_of(store, workspace, options));
  for (auto& run : runs) {
    auto begun = Clock::now();
    if (run.source.entry != nullptr) TRY(give_meaning(store, run.source, ModelScope::kAll, run.result, progress));
    run.result.seconds = seconds_since(begun);
  }
  TRY(finish(store, workspace, progress));
  return result_of(std::move(runs));
}

}  // namespace rapport
