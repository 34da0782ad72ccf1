#include "connectors/github/deliveries.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/saved_files.h"
#include "http/signature.h"

namespace rapport::github {
namespace {

// A header of a delivery: names differ in case from server to server, and some save the values as lists.
std::string_view header(const JsonValue& headers, std::string_view name) {
  for (const auto& [key, value] : headers.members()) {
    if (lower_ascii(key) != name) continue;
    if (!value.is_array()) return value.text();
    auto values = value.items();
    return values.empty() ? std::string_view{} : values.front().text();
  }
  return {};
}

// A hook set to application/x-www-form-urlencoded sends payload=<JSON, escaped>.
std::string payload_of(std::string_view body) {
  constexpr std::string_view kForm = "payload=";
  if (!body.starts_with(kForm)) return std::string{body};
  auto value = body.substr(kForm.size());
  return percent_decoded(replace_all(value.substr(0, value.find('&')), "+", " "));
}

std::string why_unsigned(const JsonValue& delivery, std::string_view body, const std::string& secret) {
  if (secret.empty()) return {};
  if (!delivery["body"].is_string()) return "the body is not kept as the text that was sent, so its signature cannot be checked";
  auto signature = header(delivery["headers"], "x-hub-signature-256");
  if (signature.empty()) return "no X-Hub-Signature-256, but `webhook_secret` is set: whoever sent it did not know the secret";
  if (!is_signed_sha256(secret, body, signature)) return "the signature is wrong: another secret, or the body was changed";
  return {};
}

void take(const JsonValue& delivery, std::string_view json, const std::string& position, const std::string& secret, Page& page) {
  auto reject = [&](std::string reason) { page.rejected.push_back({position, std::move(reason), std::string{json.substr(0, 300)}}); };
  if (!delivery.is_object() || !delivery["headers"].is_object() || delivery["body"].is_null()) return reject("not an object of headers and body");
  auto kept = delivery["body"];
  std::string body = kept.is_string() ? std::string{kept.text()} : kept.to_json();
  if (auto why = why_unsigned(delivery, body, secret); !why.empty()) return reject(std::move(why));
  auto event = header(delivery["headers"], "x-github-event");
  if (event.empty()) return reject("no X-GitHub-Event: not a delivery of GitHub");
  JsonDocument inner;
  auto payload = payload_of(body);
  auto root = inner.parse(payload);
  if (!root || !root->is_object()) return reject(root ? "the body is no object" : "the body is not what GitHub sends: " + root.error().what);
  auto id = std::string{header(delivery["headers"], "x-github-delivery")};
  if (id.empty()) id = sha256_hex(fmt::format("{} {}", event, body), 32);
  JsonWriter record;
  record.begin_object().key("event").value(event).key("received_at").raw(delivery["received_at"].to_json()).key("payload").raw(root->to_json()).end_object();
  page.records.push_back({std::move(id), std::move(record).text(), std::nullopt, false});
}

void take_file(const std::string& name, const std::string& text, const std::string& secret, Page& page) {
  JsonDocument document;
  auto root = document.parse(text);
  if (root && root->is_object()) return take(*root, text, name, secret, page);
  if (root && root->is_array()) {
    std::size_t number = 0;
    for (const auto& one : root->items()) take(one, one.to_json(), fmt::format("{} item {}", name, ++number), secret, page);
    return;
  }
  std::size_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    if (!trim(line).empty()) take_delivery(line, fmt::format("{} line {}", name, number), secret, page);
  }
}

}  // namespace

void take_delivery(std::string_view json, const std::string& position, const std::string& secret, Page& page) {
  JsonDocument document;
  auto root = document.parse(json);
  if (root) return take(*root, json, position, secret, page);
  page.rejected.push_back({position, root.error().what, std::string{json.substr(0, 300)}});
}

bool is_delivery_file(std::string_view name) {
  return name.ends_with(".json") || name.ends_with(".jsonl") || name.ends_with(".ndjson");
}

Result<std::unique_ptr<Reader>> read_deliveries(const std::filesystem::path& path, const std::string& secret, const std::string& cursor) {
  return read_saved(path, cursor, is_delivery_file, [secret](const std::string& name, const std::string& text, Page& page) { take_file(name, text, secret, page); });
}

bool looks_like_deliveries(const std::filesystem::path& path) {
  return any_saved_file(path, is_delivery_file, 5, [](const std::string&, std::string_view beginning) {
    auto head = lower_ascii(beginning.substr(0, 16 << 10));
    return head.find("\"x-github-event\"") != std::string::npos && head.find("\"headers\"") != std::string::npos;
  });
}

}  // namespace rapport::github
