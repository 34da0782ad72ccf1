#include "connectors/conferences/conferences.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/embedded.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "path", .help = "A JSON file that lists conferences, or a folder or archive of them (by year and topic).", .example = "conference-data",
     .required = true, .path = true},
};
constexpr Stream kStreams[] = {{"conferences", StreamKind::kFullListing}};

bool is_list_file(std::string_view name) { return lower_ascii(name).ends_with(".json"); }

bool looks_like_list(std::string_view beginning) {
  auto has = [&](std::string_view key) { return beginning.find(key) != std::string_view::npos; };
  return trim(beginning).starts_with('[') && has("\"name\"") && has("\"startDate\"") && has("\"endDate\"");
}

// "conferences/2024/css.json" -> "2024/css": the year and the topic.
std::string list_name(std::string_view file) {
  file = file.substr(0, file.rfind('.'));
  auto slash = file.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return std::string{file};
  auto before = file.rfind('/', slash - 1);
  return std::string{before == std::string_view::npos ? file : file.substr(before + 1)};
}

// All that the lists say: what one conference is called in several topics is one record. A list of everything there is
// holds some thousand, so it is one page.
class Lists {
 public:
  void take(const std::string& file, const std::string& text, Page& page) {
    auto name = list_name(file);
    JsonDocument document;
    auto root = document.parse(text);
    if (!root || !root->is_array()) {
      page.rejected.push_back({file, root ? "not a list" : root.error().what, repair_utf8(std::string_view{text}.substr(0, 200))});
      return;
    }
    std::size_t number = 0;
    for (const auto& entry : root->items()) {
      ++number;
      auto title = trim(entry["name"].text()), start = trim(entry["startDate"].text());
      if (title.empty() || start.empty()) {
        page.rejected.push_back({fmt::format("{} entry {}", file, number), title.empty() ? "no name" : "no startDate", entry.to_json().substr(0, 200)});
        continue;
      }
      auto id = fmt::format("{}/{}/{}", start, lower_ascii(title), lower_ascii(trim(entry["city"].text())));
      known_[id].emplace_back(name, entry.to_json());
    }
  }

  void write(Page& page) {
    for (auto& [id, listed] : known_) {
      std::stable_sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      JsonWriter json;
      json.begin_object().key("listed").begin_array();
      for (const auto& [list, entry] : listed) json.begin_object().key("list").value(list).key("entry").raw(entry).end_object();
      json.end_array().end_object();
      page.records.push_back({id, std::move(json).text(), std::nullopt});
    }
  }

 private:
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> known_;
};

Result<Page> read_lists(const std::string& path) {
  auto files = TRY(open_saved(path, is_list_file));
  Page page;
  Lists lists;
  for (;;) {
    auto name = TRY(files->next());
    if (name.empty()) break;
    lists.take(name, TRY(files->text().in(printable(name))), page);
  }
  lists.write(page);
  page.next = "{}";
  page.caught_up = true;
  return page;
}

class ConferencesConnector : public Connector {
 public:
  explicit ConferencesConnector(std::string path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return paged(cursor, [path = path_](const std::string&) { return read_lists(path); });
  }

 private:
  std::string path_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  const auto& path = settings.text("path");
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(path)), "check `path` of this source in rapport.toml");
  return std::unique_ptr<Connector>{std::make_unique<ConferencesConnector>(path)};
}

Recognised recognise(std::string_view what) {
  std::filesystem::path path{what};
  if (!any_saved_file(path, is_list_file, 10, [](const std::string&, std::string_view beginning) { return looks_like_list(beginning); })) return {};
  return {85, "lists of conferences", saved_name(path), {{"path", std::string{what}}}};
}

}  // namespace

const ConnectorEntry kConferencesConnector{
    .info = {.name = "conferences",
             .summary = "conferences and their calls for papers, from lists in JSON by year and topic",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "conferences/model.sql")},
    .make_model = nullptr,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
