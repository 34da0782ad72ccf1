#include "connectors/slack/export.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "connectors/saved_files.h"
#include "connectors/slack/messages.h"

namespace rapport::slack {
namespace {

std::string_view file_of(std::string_view name) { return name.substr(name.rfind('/') + 1); }  // npos + 1 = 0

// "export/general/2024-01-02.json" -> "general"; empty where the file lies at the top.
std::string_view folder_of(std::string_view name) {
  auto slash = name.rfind('/');
  if (slash == std::string_view::npos) return {};
  auto folder = name.substr(0, slash);
  return folder.substr(folder.rfind('/') + 1);
}

bool is_users_file(std::string_view name) { return file_of(name) == "users.json" || file_of(name) == "org_users.json"; }
bool is_channels_file(std::string_view name) { return file_of(name) == "channels.json" || file_of(name) == "groups.json"; }

bool is_day_file(std::string_view name) {
  auto file = file_of(name);
  constexpr std::string_view kShape = "0000-00-00.json";
  if (file.size() != kShape.size() || folder_of(name).empty()) return false;
  for (std::size_t i = 0; i < file.size(); ++i)
    if (kShape[i] == '0' ? file[i] < '0' || file[i] > '9' : file[i] != kShape[i]) return false;
  return true;
}

// Exports with everything in them: conversations of two people lie in D024BE91L/, of a few in mpdm-ana--bo-1/.
bool is_private_talk(std::string_view folder) {
  if (folder.starts_with("mpdm-")) return true;
  return folder.size() >= 9 && folder[0] == 'D' &&
         std::all_of(folder.begin(), folder.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

// The items of a file that should be an array, each with its place in it.
template <class Take>
void each_item(const std::string& name, const std::string& text, std::string_view noun, Page& page, Take take) {
  JsonDocument document;
  auto root = document.parse(text);
  if (!root || !root->is_array()) {
    page.rejected.push_back({name, root ? "expected an array of " + std::string{noun} + "s" : root.error().what, repair_utf8(std::string_view{text}.substr(0, 300))});
    return;
  }
  std::size_t number = 0;
  for (const auto& item : root->items()) take(item, fmt::format("{} {} {}", name, noun, ++number));
}

void take_day(const std::string& name, const std::string& text, Page& page) {
  auto channel = folder_of(name);
  if (is_private_talk(channel)) {
    auto position = std::string{channel} + "/";
    bool said = std::any_of(page.rejected.begin(), page.rejected.end(), [&](const Rejected& one) { return one.position == position; });
    if (!said) page.rejected.push_back({std::move(position), "direct messages are not read", {}});
    return;
  }
  each_item(name, text, "message", page, [&](const JsonValue& message, std::string position) { take_message(channel, message, std::move(position), page); });
}

}  // namespace

bool looks_like_export(const std::filesystem::path& path) {
  bool list = false, day = false;
  return any_saved_file(path, [](std::string_view name) { return is_users_file(name) || is_channels_file(name) || is_day_file(name); }, 5000,
                        [&](const std::string& name, std::string_view beginning) {
                          if (trim(beginning).starts_with('[')) (is_day_file(name) ? day : list) = true;
                          return list && day;
                        });
}

Result<std::unique_ptr<Reader>> read_export(const std::filesystem::path& path, std::string_view stream, const std::string& cursor) {
  if (stream == "messages") return read_saved(path, cursor, is_day_file, take_day);
  bool users = stream == "users";
  return read_saved(path, cursor, users ? is_users_file : is_channels_file, [users](const std::string& name, const std::string& text, Page& page) {
    each_item(name, text, users ? "user" : "channel", page, [&](const JsonValue& thing, std::string position) { take_named(thing, std::move(position), page); });
  });
}

}  // namespace rapport::slack
