// Any bytes as a saved webhook delivery, and as the body of one, with and without a secret; any text as names of projects.
#include "base/json_writer.h"
#include "connectors/gitlab/api.h"
#include "connectors/gitlab/deliveries.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  rapport::JsonWriter delivery;
  delivery.begin_object().key("headers").begin_object().key("X-Gitlab-Event").value("Issue Hook").end_object().key("body").value(bytes).end_object();
  for (const char* secret : {"", "a secret that is in no seed"}) {
    rapport::Page page;
    rapport::take_delivery(rapport::gitlab::kDeliveries, bytes, "line 1", secret, page);
    rapport::take_delivery(rapport::gitlab::kDeliveries, delivery.text(), "line 2", secret, page);
    if (page.records.size() + page.rejected.size() != 2) __builtin_trap();  // nothing is lost
    if (*secret != '\0' && page.records.size() > 0) __builtin_trap();       // nobody guesses the token
  }
  auto projects = rapport::gitlab::parse_projects(bytes);
  if (projects)
    for (const auto& path : *projects)
      if (path.find('/') == std::string::npos || path.find("//") != std::string::npos || ("/" + path + "/").find("/../") != std::string::npos) __builtin_trap();
  return 0;
}
