// GitHub webhooks, saved as they came: JSON objects {"headers": {…}, "body": "…", "received_at": "…"}, one a file, several
// in an array, or one a line. `body` is the text exactly as it was sent, because that is what the signature is of.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "connectors/connector.h"

namespace rapport::github {

bool is_delivery_file(std::string_view name);

// Records are named by X-GitHub-Delivery. With a secret, a delivery without the right X-Hub-Signature-256 is set aside.
Result<std::unique_ptr<Reader>> read_deliveries(const std::filesystem::path& path, const std::string& secret, const std::string& cursor);

// Whether these are deliveries of GitHub: for recognise().
bool looks_like_deliveries(const std::filesystem::path& path);

// Takes over one delivery, into records or rejected. `position` is where it stands. Total over any bytes.
void take_delivery(std::string_view json, const std::string& position, const std::string& secret, Page& page);

}  // namespace rapport::github
