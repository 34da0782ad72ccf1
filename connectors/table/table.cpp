#include "connectors/table/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "connectors/mapping.h"
#include "connectors/table/inputs.h"
#include "connectors/table/presets.h"
#include "connectors/table/reader.h"

namespace rapport {
namespace {

constexpr Setting kOwnSettings[] = {
    {.name = "path", .help = "A CSV, TSV, JSON or Parquet file, a folder of them, an archive, or a pattern with *.", .example = "signups.csv", .required = true, .path = true},
    {.name = "format", .help = "What the files are where their names do not tell: csv, tsv, jsonl, json or parquet.", .example = "csv"},
    {.name = "delimiter", .help = "What separates columns, where the first line does not tell: one character, or tab.", .example = ";"},
    {.name = "columns", .help = "The names of the columns of files without a header line, separated by commas.", .example = "day,package,downloads"},
    {.name = "file_column", .help = "Adds a column of this name with the file's name.", .example = "file"},
    {.name = "comment_column", .help = "Lines that begin with # above the header are no rows; adds a column of this name with their text.", .example = "comments"},
    {.name = "preset", .help = "The service that the file was exported from: what all other settings are, unless they are given.", .example = "luma"},
    {.name = "full", .help = "true: the files always list everything, so rows that vanish from them are gone.", .example = "true", .fallback = "false"},
};
constexpr auto kSettings = with_settings(kOwnSettings, kMappingSettings);

// A source reads one of the two and leaves the other empty: which one, `full` says.
constexpr Stream kStreams[] = {{"rows", StreamKind::kIncremental}, {"listing", StreamKind::kFullListing}};
std::string_view stream_of(const Settings& settings) { return kStreams[settings.truth("full") ? 1 : 0].name; }

Result<std::optional<table::Format>> forced_format(const Settings& settings) {
  const auto& name = settings.text("format");
  if (name.empty()) return std::optional<table::Format>{};
  auto format = table::format_of("." + name);
  if (!format) return fail(Error::Kind::kBadInput, fmt::format("setting `format`: there is no format {}", printable(name)), "one of csv, tsv, jsonl, json, parquet");
  return format;
}

Result<table::ReaderOptions> options_of(const Settings& settings) {
  table::ReaderOptions options;
  options.forced = TRY(forced_format(settings));
  options.listing = settings.truth("full");
  auto& rows = options.rows;
  rows.file_column = settings.text("file_column");
  rows.comment_column = settings.text("comment_column");
  rows.id_column = mapped_column(settings.text("id"), &rows.id_path);
  for (auto name : split(settings.text("columns"), ','))
    if (!trim(name).empty()) rows.columns.emplace_back(trim(name));
  auto delimiter = settings.text("delimiter");
  if (delimiter == "tab" || delimiter == "\\t") delimiter = "\t";
  if (delimiter.size() > 1 || delimiter == "\"" || delimiter == "\n")
    return fail(Error::Kind::kBadInput, "setting `delimiter` is not one character", "for example delimiter = \";\" or delimiter = \"tab\"");
  if (!delimiter.empty()) rows.delimiter = delimiter.front();
  return options;
}

class TableConnector : public Connector {
 public:
  TableConnector(std::vector<table::Input> inputs, table::ReaderOptions options, std::string_view stream)
      : inputs_(std::move(inputs)), options_(std::move(options)), stream_(stream) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http&) const override {
    if (stream == stream_) return table::read_inputs(inputs_, options_, cursor);
    // The stream that is not in use: nothing in it, and it will begin from the start if it ever is.
    return paged({}, [](const std::string&) -> Result<Page> {
      Page page;
      page.caught_up = true;
      return page;
    });
  }

 private:
  std::vector<table::Input> inputs_;
  table::ReaderOptions options_;
  std::string_view stream_;
};

Result<std::unique_ptr<Connector>> open(const Settings& given) {
  auto settings = TRY(table::with_preset(kSettings, given)).front();
  auto options = TRY(options_of(settings));
  auto inputs = TRY(table::find_inputs(settings.text("path"), options.forced));
  options.one_file = inputs.size() == 1;
  return std::unique_ptr<Connector>{std::make_unique<TableConnector>(std::move(inputs), std::move(options), stream_of(settings))};
}

Result<std::string> make_model(const Settings& given) {
  std::string model;
  for (const auto& settings : TRY(table::with_preset(kSettings, given)))
    model += TRY(mapping_model(settings, {.row = "json", .filter = fmt::format("stream = '{}'", stream_of(settings))}));
  return model;
}

// The columns of the first rows; for JSON also those one level down, as "actor.login".
std::vector<std::string> columns_seen(const table::Input& input, std::string_view comment_column = {}) {
  std::vector<std::string> columns;
  if (input.format == table::Format::kParquet) return columns;
  table::ReaderOptions options;
  options.rows_per_page = 50;
  options.rows.comment_column = comment_column;
  auto page = table::read_inputs({input}, std::move(options), {})->next();
  if (!page) return columns;
  auto note = [&](std::string name) {
    if (columns.size() < 500 && std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(std::move(name));
  };
  JsonDocument document;
  for (const auto& record : page->records) {
    auto root = document.parse(record.json);
    if (!root) continue;
    for (auto& [name, value] : root->members()) {
      note(std::string{name});
      for (auto& [inner, ignored] : value.members()) note(fmt::format("{}.{}", name, inner));
    }
  }
  return columns;
}

Recognised recognise(std::string_view what) {
  std::string location{what};
  std::error_code ignored;
  Recognised found;
  bool is_folder = std::filesystem::is_directory(location, ignored);
  auto inputs = what.find("://") == std::string_view::npos ? table::find_inputs(location, {}) : Result<std::vector<table::Input>>{};
  if (!inputs || inputs->empty()) return found;
  const auto& first = inputs->front();
  bool archive = table::is_archive(first.name);
  auto columns = columns_seen(first);
  if (archive && columns.empty()) return found;
  // Connectors that know a format by its content are surer than its file name makes us.
  found.confidence = is_folder || archive ? 20 : 60;
  auto stem = lower_ascii(std::filesystem::path{is_folder ? location : first.name}.filename().string());
  stem = stem.substr(0, stem.find('.'));
  found.name = stem.empty() ? "rows" : stem;
  found.settings.emplace_back("path", location);
  auto* preset = table::preset_of(columns);
  if (preset == nullptr && !archive) preset = table::preset_of(columns_seen(first, "comments"));
  if (preset != nullptr) {
    found.confidence = is_folder || archive ? 70 : 85;
    found.understood = preset->says;
    found.settings.emplace_back("preset", preset->name);
    return found;
  }
  auto guesses = guess_mapping(columns, stem);
  auto top = std::count_if(columns.begin(), columns.end(), [](const auto& name) { return name.find('.') == std::string::npos; });
  found.understood = inputs->size() == 1 ? std::string{archive ? "an archive of tables" : first.format == table::Format::kParquet ? "a Parquet file" : "a table"}
                                         : fmt::format("{} tables", inputs->size());
  if (top > 0) found.understood += fmt::format(" with {} columns", top);
  std::string said;
  for (const auto& [setting, column] : guesses) said += fmt::format("{}{} from {}", said.empty() ? "; as it seems " : ", ", setting, column);
  found.understood += said;
  found.settings.insert(found.settings.end(), guesses.begin(), guesses.end());
  return found;
}

}  // namespace

const ConnectorEntry kTableConnector{
    .info = {.name = "table",
             .summary = "rows of CSV, TSV, JSON, JSON-lines and Parquet files, mapped to activities by column or SQL expression",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = {}},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
