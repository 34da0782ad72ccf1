#include "connectors/discourse/export_reader.h"

#include "base/json.h"
#include "base/text.h"
#include "connectors/discourse/topic_record.h"
#include "connectors/saved_files.h"

namespace rapport::discourse {
namespace {

bool is_json_file(std::string_view name) { return lower_ascii(name).ends_with(".json"); }

void take_file(const std::string& name, const std::string& text, Page& page) {
  auto reject = [&](std::string reason) { page.rejected.push_back({name, std::move(reason), repair_utf8(std::string_view{text}.substr(0, 300))}); };
  JsonDocument document;
  auto root = document.parse(text);
  if (!root) return reject(root.error().what);
  if ((*root)["categories"].is_array() || (*root)["category_list"].is_object()) {  // site.json, categories.json
    page.records.push_back({"categories", root->to_json(), {}, false});
    return;
  }
  auto record = topic_record(*root, {}, {});
  if (!record) return reject(record.error().what);
  page.records.push_back(std::move(*record));
}

bool looks_like_topic(std::string_view beginning) {
  return beginning.find("\"post_stream\"") != std::string_view::npos || (beginning.find("\"fancy_title\"") != std::string_view::npos && beginning.find("\"posts_count\"") != std::string_view::npos);
}

}  // namespace

bool looks_like_export(const std::filesystem::path& path) {
  return any_saved_file(path, is_json_file, 5, [](const std::string&, std::string_view beginning) { return looks_like_topic(beginning); });
}

Result<std::unique_ptr<Reader>> read_export(const std::filesystem::path& path, const std::string& cursor) {
  return read_saved(path, cursor, is_json_file, take_file);
}

}  // namespace rapport::discourse
