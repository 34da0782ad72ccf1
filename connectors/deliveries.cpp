#include "connectors/deliveries.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

// A hook set to application/x-www-form-urlencoded sends payload=<JSON, escaped>.
std::string payload_of(std::string_view body) {
  constexpr std::string_view kForm = "payload=";
  if (!body.starts_with(kForm)) return std::string{body};
  auto value = body.substr(kForm.size());
  return percent_decoded(replace_all(value.substr(0, value.find('&')), "+", " "));
}

void take(const DeliveryKind& kind, const JsonValue& delivery, std::string_view json, const std::string& position, const std::string& secret, Page& page) {
  auto reject = [&](std::string reason) { page.rejected.push_back({position, std::move(reason), std::string{json.substr(0, 300)}}); };
  if (!delivery.is_object() || !delivery["headers"].is_object() || delivery["body"].is_null()) return reject("not an object of headers and body");
  auto kept = delivery["body"];
  std::string body = kept.is_string() ? std::string{kept.text()} : kept.to_json();
  if (!secret.empty())
    if (auto why = kind.why_unproven(delivery, body, secret); !why.empty()) return reject(std::move(why));
  auto event = delivery_header(delivery["headers"], lower_ascii(kind.event_header));
  if (event.empty()) return reject(fmt::format("no {}: not a delivery of {}", kind.event_header, kind.sender));
  JsonDocument inner;
  auto payload = payload_of(body);
  auto root = inner.parse(payload);
  if (!root || !root->is_object()) return reject(root ? "the body is no object" : fmt::format("the body is not what {} sends: {}", kind.sender, root.error().what));
  auto id = std::string{delivery_header(delivery["headers"], kind.id_header)};
  if (id.empty()) id = sha256_hex(fmt::format("{} {}", event, body), 32);
  JsonWriter record;
  record.begin_object().key("event").value(event).key("received_at").raw(delivery["received_at"].to_json()).key("payload").raw(root->to_json()).end_object();
  page.records.push_back({std::move(id), std::move(record).text(), std::nullopt, false});
}

void take_file(const DeliveryKind& kind, const std::string& name, const std::string& text, const std::string& secret, Page& page) {
  JsonDocument document;
  auto root = document.parse(text);
  if (root && root->is_object()) return take(kind, *root, text, name, secret, page);
  if (root && root->is_array()) {
    std::size_t number = 0;
    for (const auto& one : root->items()) take(kind, one, one.to_json(), fmt::format("{} item {}", name, ++number), secret, page);
    return;
  }
  std::size_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    if (!trim(line).empty()) take_delivery(kind, line, fmt::format("{} line {}", name, number), secret, page);
  }
}

bool is_delivery_file(std::string_view name) { return name.ends_with(".json") || name.ends_with(".jsonl") || name.ends_with(".ndjson"); }

}  // namespace

std::string_view delivery_header(const JsonValue& headers, std::string_view name) {
  for (const auto& [key, value] : headers.members()) {
    if (lower_ascii(key) != name) continue;
    if (!value.is_array()) return value.text();
    auto values = value.items();
    return values.empty() ? std::string_view{} : values.front().text();
  }
  return {};
}

void take_delivery(const DeliveryKind& kind, std::string_view json, const std::string& position, const std::string& secret, Page& page) {
  JsonDocument document;
  auto root = document.parse(json);
  if (root) return take(kind, *root, json, position, secret, page);
  page.rejected.push_back({position, root.error().what, std::string{json.substr(0, 300)}});
}

Result<std::unique_ptr<Reader>> read_deliveries(const DeliveryKind& kind, const std::filesystem::path& path, const std::string& secret, const std::string& cursor) {
  if (path.empty()) return read_nothing();
  return read_saved(path, cursor, is_delivery_file,
                    [&kind, secret](const std::string& name, const std::string& text, Page& page) { take_file(kind, name, text, secret, page); });
}

bool looks_like_deliveries(const DeliveryKind& kind, const std::filesystem::path& path) {
  auto wanted = fmt::format("\"{}\"", lower_ascii(kind.event_header));
  return any_saved_file(path, is_delivery_file, 5, [&](const std::string&, std::string_view beginning) {
    auto head = lower_ascii(beginning.substr(0, 16 << 10));
    return head.find(wanted) != std::string::npos && head.find("\"headers\"") != std::string::npos;
  });
}

}  // namespace rapport
