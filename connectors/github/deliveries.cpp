#include "connectors/github/deliveries.h"

#include "http/signature.h"

namespace rapport::github {
namespace {

std::string why_unsigned(const JsonValue& delivery, std::string_view body, const std::string& secret) {
  if (!delivery["body"].is_string()) return "the body is not kept as the text that was sent, so its signature cannot be checked";
  auto signature = delivery_header(delivery["headers"], "x-hub-signature-256");
  if (signature.empty()) return "no X-Hub-Signature-256, but `webhook_secret` is set: whoever sent it did not know the secret";
  if (!is_signed_sha256(secret, body, signature)) return "the signature is wrong: another secret, or the body was changed";
  return {};
}

}  // namespace

const DeliveryKind kDeliveries{"GitHub", "X-GitHub-Event", "x-github-delivery", why_unsigned};

}  // namespace rapport::github
