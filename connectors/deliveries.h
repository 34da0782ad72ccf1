// Webhook deliveries, saved as they came: JSON objects {"headers": {…}, "body": "…", "received_at": "…"}, one a file, several
// in an array, or one a line. `body` is the text exactly as it was sent, because that is what a signature is of. What they
// have in common; who sends them says in a DeliveryKind how its own are told and proven.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "connectors/connector.h"

namespace rapport {

// A header of a delivery, by its name in lower case; names differ in case from server to server, and some save the values
// as lists. Empty if it is not there.
std::string_view delivery_header(const JsonValue& headers, std::string_view name);

struct DeliveryKind {
  std::string_view sender;        // "GitHub"
  std::string_view event_header;  // as it is spelled: "X-GitHub-Event"
  std::string_view id_header;     // in lower case: what names a delivery, the same when it is sent again
  // Why this delivery is not proven to come from who knows `secret`, in one sentence; empty = it is. `delivery` has `headers`.
  std::string (*why_unproven)(const JsonValue& delivery, std::string_view body, const std::string& secret);
};

// Records are {"event", "received_at", "payload"}, named by the id or, without one, by what was sent. With a secret, what is
// not proven is set aside. Without a path there are none. `kind` is a constant.
Result<std::unique_ptr<Reader>> read_deliveries(const DeliveryKind& kind, const std::filesystem::path& path, const std::string& secret, const std::string& cursor);

// Whether these are deliveries of that kind: for recognise().
bool looks_like_deliveries(const DeliveryKind& kind, const std::filesystem::path& path);

// Takes over one delivery, into records or rejected. `position` is where it stands. Total over any bytes.
void take_delivery(const DeliveryKind& kind, std::string_view json, const std::string& position, const std::string& secret, Page& page);

}  // namespace rapport
