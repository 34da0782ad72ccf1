#include "sync/sync.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "identity/identity.h"
#include "sync/model.h"
#include "sync/page_store.h"

namespace rapport {
namespace {

// The log is folded into the file when it has grown this far; folding earlier costs more than it saves.
constexpr std::uintmax_t kFoldLogAt = 256u << 20;

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

Result<> collect_stream(Store& store, const PreparedSource& source, const Connector& connector, const Stream& stream, Http& http,
                        std::int64_t batch, Progress& progress, SourceResult& result) {
  auto position = TRY(position_of(store, source.model.source_id, stream));
  auto what = fmt::format("{} {}", source.config->name, stream.name);
  auto reader = connector.read(stream.name, position.cursor, http);
  auto failed = [&](Error error) -> Result<> {
    error.trail.push_back("stream " + std::string{stream.name});
    error.trail.push_back("source " + source.config->name);
    TRY(store_failure(store, position, error));
    return fail(std::move(error));
  };
  if (!reader) return failed(std::move(reader.error()));
  std::int64_t pages = 0, done = 0;
  for (;;) {
    if (progress.stop_requested()) return stopped();
    auto page = (*reader)->next();
    if (!page && progress.stop_requested()) return stopped();  // Ctrl-C reaches a child process before us
    if (!page) return failed(std::move(page).in(fmt::format("page {}", pages + 1)).error());
    auto stored = TRY(store_page(store, source.entry->info, position, *page, batch).in(what));
    result.records += stored.records;
    result.rejected += stored.rejected;
    ++pages;
    done += static_cast<std::int64_t>(page->records.size());
    progress.report(what, page->done > 0 ? page->done : done, page->total);
    if (store.log_bytes() > kFoldLogAt) TRY(store.checkpoint());
    if (page->caught_up) return {};
  }
}

// Problems of the source are noted in `result`; an Error is one of the store, or Ctrl-C.
Result<> collect(Store& store, const Workspace& workspace, const PreparedSource& source, Http& http, Progress& progress, SourceResult& result) {
  auto settings = workspace.settings_of(*source.config, source.entry->info.settings);
  if (!settings) {
    result.errors.push_back(settings.error());
    return {};
  }
  auto connector = source.entry->open(*settings);
  if (!connector) {
    auto error = connector.error();
    error.trail.push_back("source " + source.config->name);
    result.errors.push_back(std::move(error));
    return {};
  }
  auto batch_answer = TRY(store.query("SELECT nextval('batch_number')"));
  auto batch = to_integer(batch_answer.rows[0][0]);
  for (const auto& stream : source.entry->info.streams) {
    auto collected = collect_stream(store, source, **connector, stream, http, batch, progress, result);
    if (collected) continue;
    if (collected.error().kind == Error::Kind::kCancelled) return fail(collected.error());
    result.errors.push_back(collected.error());
    auto kind = collected.error().kind;
    if (kind == Error::Kind::kAuth || kind == Error::Kind::kTimeout) break;  // the other streams would fare alike
  }
  return {};
}

using Step = std::function<Result<>(const PreparedSource&, SourceResult&)>;

Result<SyncResult> for_each_source(Store& store, const Workspace& workspace, const SyncOptions& options, Progress& progress, const Step& step) {
  auto chosen = TRY(chosen_sources(workspace, options.only));
  SyncResult all;
  for (const auto* config : chosen) {
    auto begun = std::chrono::steady_clock::now();
    SourceResult result;
    result.source = config->name;
    result.connector = config->connector;
    auto source = prepare(store, workspace, *config);
    if (!source) {
      result.errors.push_back(source.error());
    } else {
      TRY(step(*source, result));
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    all.sources.push_back(std::move(result));
  }
  progress.report("people", 0, 0);
  TRY(identify(store, workspace.people));
  TRY(store.checkpoint());
  return all;
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
  return for_each_source(store, workspace, options, progress, [&](const PreparedSource& source, SourceResult& result) -> Result<> {
    TRY(collect(store, workspace, source, http, progress, result));
    return give_meaning(store, source, ModelScope::kChanged, result, progress);
  });
}

Result<SyncResult> replay(Store& store, const Workspace& workspace, const SyncOptions& options, Progress& progress) {
  return for_each_source(store, workspace, options, progress, [&](const PreparedSource& source, SourceResult& result) -> Result<> {
    return give_meaning(store, source, ModelScope::kAll, result, progress);
  });
}

}  // namespace rapport
