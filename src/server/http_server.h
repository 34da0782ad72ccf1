// The sockets: HTTP/1.1 on this machine's own address, a few threads that answer, and the streams of changes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "server/service.h"

namespace rapport {

struct ServerOptions {
  int port = 7878;                                       // 0 = any that is free
  std::function<void(int port)> on_listening;            // called once, when connections are accepted
  std::function<void(std::string_view line)> on_answer;  // one line for every answer, safe to print; may be empty
};

// Serves until SIGINT or SIGTERM; what is being answered then is broken off. Errors: kBusy if the port is taken.
Result<> serve(Service& service, const ServerOptions& options);

}  // namespace rapport
