#include <fmt/format.h>

#include "base/process.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/session.h"
#include "server/http_server.h"

namespace rapport {
namespace {

struct Options {
  std::string bind = "127.0.0.1";
  int port = 7878;
  bool open = false;
};

Result<> check(const Options& options) {
  if (options.bind != "127.0.0.1" && options.bind != "localhost")
    return fail(Error::Kind::kBadInput, fmt::format("--bind {} would let other machines in", options.bind),
                "this version has no passwords and answers on 127.0.0.1 only; from another machine: ssh -L 7878:127.0.0.1:7878 HOST");
  if (options.port < 0 || options.port > 65535)
    return fail(Error::Kind::kBadInput, fmt::format("there is no port {}", options.port), "give --port a number from 0 to 65535");
  return {};
}

// Shows the page in a browser of its own session, so that our end is not the browser's.
std::optional<Process> open_browser(const std::string& url) {
  auto started = Process::start({{"setsid", "--fork", "xdg-open", url}, {}, {}, {}});
  if (!started) return {};
  return std::move(*started);
}

Result<ExitCode> run(const Options& options, const Globals& globals) {
  TRY(check(options));
  auto workspace = TRY(workspace_of(globals));
  TRY(reader_of(workspace));  // a damaged or missing database is told now, not to the first page
  ReaderPool readers{workspace.database()};
  Intake intake{workspace.inbox(), TRY(workspace.intake.secrets())};
  Service service{{workspace.project, RAPPORT_VERSION, workspace.database(), workspace.home}, readers, intake};
  std::optional<Process> browser;
  ServerOptions server;
  server.port = options.port;
  server.on_listening = [&](int port) {
    auto url = fmt::format("http://127.0.0.1:{}", port);
    print(fmt::format("listening on {}\n", url));
    print("press Ctrl-C to stop\n");
    if (options.open) browser = open_browser(url);
  };
  if (globals.verbose) server.on_answer = [](std::string_view line) { print_aside(std::string{line} + "\n"); };
  TRY(serve(service, server));
  return ExitCode::kOk;
}

std::function<Result<ExitCode>()> declare(Arguments& arguments, const Globals& globals) {
  auto options = std::make_shared<Options>();
  arguments.option("--port", options->port, "where to listen; 0 = any port that is free")
      .option("--bind", options->bind, "the address to listen on; this machine's own only", "ADDRESS")
      .flag("--open", options->open, "show the page in a browser");
  return [options, &globals] { return run(*options, globals); };
}

}  // namespace

extern const Command kServeCommand{"serve", "show everything as a web page on this machine",
                                   "  rapport serve --open\n"
                                   "  rapport serve --port 0      on any port that is free\n",
                                   declare};

}  // namespace rapport
