#include "connectors/gitlab/deliveries.h"

#include "http/signature.h"

namespace rapport::gitlab {
namespace {

// GitLab does not sign: it shows the secret itself.
std::string why_unknown(const JsonValue& delivery, std::string_view, const std::string& secret) {
  auto shown = delivery_header(delivery["headers"], "x-gitlab-token");
  if (shown.empty())
    return "no X-Gitlab-Token, but `webhook_secret` is set: whoever sent it did not know the secret, or what saved it left the token out, as Rapport's own server does";
  if (!equal_in_constant_time(secret, shown)) return "the X-Gitlab-Token is another one";
  return {};
}

}  // namespace

const DeliveryKind kDeliveries{"GitLab", "X-Gitlab-Event", "idempotency-key", why_unknown};

}  // namespace rapport::gitlab
