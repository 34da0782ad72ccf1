// Any bytes as a saved webhook delivery, and as the body of one, with and without a secret.
#include "base/json_writer.h"
#include "connectors/github/deliveries.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  rapport::JsonWriter delivery;
  delivery.begin_object().key("headers").begin_object().key("X-GitHub-Event").value("issues").end_object().key("body").value(bytes).end_object();
  for (const char* secret : {"", "known"}) {
    rapport::Page page;
    rapport::take_delivery(rapport::github::kDeliveries, bytes, "line 1", secret, page);
    rapport::take_delivery(rapport::github::kDeliveries, delivery.text(), "line 2", secret, page);
    if (page.records.size() + page.rejected.size() != 2) __builtin_trap();  // nothing is lost
    if (*secret != '\0' && page.records.size() > 0) __builtin_trap();       // nobody guesses a signature
  }
  return 0;
}
