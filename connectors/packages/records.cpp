#include "connectors/packages/records.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_writer.h"

namespace rapport::packages {
namespace {

std::optional<Time> instant(const std::string& text) {
  auto time = parse_time(text);
  return time ? std::optional{*time} : std::nullopt;
}

JsonWriter begin(std::string_view shape, std::string_view registry, const std::string& package) {
  JsonWriter json;
  json.begin_object().key("shape").value(shape).key("registry").value(registry).key("package").value(package);
  return json;
}

std::string json_without(const JsonValue& value, std::span<const std::string_view> without) {
  if (!value.is_object()) return value.to_json();
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, member] : value.members())
    if (std::find(without.begin(), without.end(), name) == without.end()) json.key(name).raw(member.to_json());
  json.end_object();
  return std::move(json).text();
}

void write_unless_empty(JsonWriter& json, std::string_view key, const std::string& text) {
  if (!text.empty()) json.key(key).value(text);
}

}  // namespace

void add_release(Page& page, std::string_view registry, const std::string& package, const Release& release, const JsonValue& source,
                 std::span<const std::string_view> without) {
  auto json = begin("release", registry, package);
  json.key("version").value(release.version);
  write_unless_empty(json, "published", release.published);
  write_unless_empty(json, "first_seen", release.first_seen);
  if (release.yanked) json.key("yanked").value(true);
  write_unless_empty(json, "yanked_reason", release.yanked_reason);
  write_unless_empty(json, "deprecated", release.deprecated);
  write_unless_empty(json, "login", release.login);
  write_unless_empty(json, "name", release.name);
  write_unless_empty(json, "email", release.email);
  write_unless_empty(json, "automation", release.automation);
  write_unless_empty(json, "digest", release.digest);
  json.key("source").raw(json_without(source, without));
  json.end_object();
  auto id = fmt::format("{}@{}", package, release.version);
  if (!release.digest.empty()) id += fmt::format(" {}", release.digest);
  page.records.push_back({std::move(id), std::move(json).text(), instant(release.published), false});
}

void Releases::add_file(const std::string& version, std::string_view published, bool yanked, std::string_view yanked_reason, const JsonValue& file,
                        std::span<const std::string_view> without) {
  auto& known = versions_[version];
  auto before = instant(known.published), now = instant(std::string{published});
  if (now && (!before || *now < *before)) known.published = published;
  known.files += 1;
  known.yanked += yanked ? 1 : 0;
  if (known.yanked_reason.empty()) known.yanked_reason = yanked_reason;
  known.source += (known.source.empty() ? "" : ",") + json_without(file, without);
}

void Releases::write(Page& page, std::string_view registry, const std::string& package) const {
  for (const auto& [version, known] : versions_) {
    Release release{.version = version, .published = known.published};
    release.yanked = known.files > 0 && known.yanked == known.files;
    if (release.yanked) release.yanked_reason = known.yanked_reason;
    JsonDocument document;
    auto files = document.parse("[" + known.source + "]");
    add_release(page, registry, package, release, files ? *files : JsonValue{});
  }
}

void add_day(Page& page, std::string_view registry, const std::string& package, std::string_view day, std::int64_t count, const std::string& source_json) {
  auto json = begin("day", registry, package);
  json.key("day").value(day).key("count").value(count).key("source").raw(source_json).end_object();
  page.records.push_back({fmt::format("{} {}", package, day), std::move(json).text(), instant(std::string{day}), false});
}

void add_total(Page& page, std::string_view registry, const std::string& package, Day day, const Total& total) {
  auto json = begin("total", registry, package);
  json.key("day").value(format_day(day)).key("total").value(total.all).key("versions").begin_object();
  for (const auto& [version, count] : total.versions) json.key(version).value(count);
  json.end_object().end_object();
  page.records.push_back({fmt::format("{} total {}", package, format_day(day)), std::move(json).text(), Time{day}, false});
}

void add_window(Page& page, std::string_view registry, const std::string& package, Day day, int days, std::int64_t count) {
  auto json = begin("window", registry, package);
  json.key("day").value(format_day(day)).key("days").value(days).key("count").value(count).end_object();
  page.records.push_back({fmt::format("{} window {}", package, format_day(day)), std::move(json).text(), Time{day}, false});
}

}  // namespace rapport::packages
