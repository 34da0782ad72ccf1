#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "tests/runner/json_layout.h"
#include "tests/runner/kinds.h"
#include "tests/runner/scrub.h"
#include "tests/runner/sections.h"
#include "tests/runner/shell.h"

namespace rapport::test {
namespace {

// A message cut at its first empty line: the start line, headers, body.
struct Message {
  std::string start;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

Message parse_message(std::string_view text) {
  Message message;
  bool first = true;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) break;
    auto colon = line.find(':');
    if (first) message.start = line;
    else if (colon != std::string_view::npos) message.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
    first = false;
  }
  message.body = text;
  while (message.body.ends_with('\n')) message.body.pop_back();
  return message;
}

class Server {
 public:
  Server(const Shell& shell, const std::string& options) : folder_(shell.folder().parent_path()) {
    auto script = folder_ / "serve.sh";
    (void)write_file(script, shell.prelude() + "exec rapport serve --port 0 " + options + " 2> " + (folder_ / "serve.err").string() + "\n");
    options_.arguments = {"bash", script.string()};
  }
  Result<> start() {
    process_.emplace(TRY(Process::start(options_)));
    auto line = process_->read_until('\n');
    constexpr std::string_view kSays = "listening on ";
    if (!line || !line->starts_with(kSays))
      return fail(Error::Kind::kUpstream, fmt::format("`rapport serve` did not say `listening on URL` but: {}{}", line.value_or(""),
                                                      read_file(folder_ / "serve.err").value_or("")));
    line->remove_prefix(kSays.size());
    address_ = line->substr(0, line->find(' '));
    while (address_.ends_with('/')) address_.pop_back();
    return {};
  }

  Result<Message> ask(const Message& request) {
    auto blank = request.start.find(' ');
    if (blank == std::string::npos) return fail(Error::Kind::kBadInput, "expected `METHOD /path`: " + request.start);
    auto jar = (folder_ / "cookies").string();
    ProcessOptions curl;
    curl.arguments = {"curl", "-q", "-sS", "-i", "--noproxy", "*", "--max-time", "30", "--path-as-is", "-b", jar, "-c", jar, "-X", request.start.substr(0, blank)};
    for (const auto& [name, value] : request.headers)
      curl.arguments.insert(curl.arguments.end(), {"-H", name + ": " + replace_all(value, "ADDRESS", address_)});
    if (!request.body.empty()) {
      curl.arguments.insert(curl.arguments.end(), {"--data-binary", "@-"});
      curl.input = request.body;
    }
    curl.arguments.push_back(address_ + std::string{trim(request.start.substr(blank))});
    return parse_message(TRY(run_process(curl)));
  }

 private:
  fs::path folder_;
  ProcessOptions options_;
  std::optional<Process> process_;
  std::string address_;
};

std::string response_text(const Message& wanted, const Message& got, const Scrubber& scrub) {
  auto words = split(got.start, ' ');  // HTTP/1.1 200 OK
  std::string out{words.size() > 1 ? words[1] : std::string_view{got.start}};
  out += "\n";
  for (const auto& [name, ignored] : wanted.headers) {
    auto found = std::find_if(got.headers.begin(), got.headers.end(), [&](const auto& h) { return lower_ascii(h.first) == lower_ascii(name); });
    if (found != got.headers.end()) out += name + ": " + scrub(found->second) + "\n";
  }
  if (!got.body.empty()) out += "\n" + scrub(laid_out(got.body)) + "\n";
  return out + "\n";
}

}  // namespace

Result<std::string> replay_http_case(const std::filesystem::path&, std::string_view text) {
  auto sections = cut_sections(text, {"workspace", "request", "response"});
  Shell shell;
  auto scrub = TRY(Scrubber::of(text, shell.folder().string()));
  if (const auto* setup = find_section(sections, "workspace")) {
    auto answer = TRY(shell.run("set -e\n" + setup->text));
    if (answer.exit != 0) return fail(Error::Kind::kBadInput, "[workspace] failed: " + answer.out + answer.err);
  }
  std::string options;
  for (auto line : split(sections.front().text, '\n'))
    if (line.starts_with("serve:")) options = trim(line.substr(6));
  Server server{shell, options};
  TRY(server.start());
  for (std::size_t i = 0; i + 1 < sections.size(); ++i) {
    if (sections[i].name != "request" || sections[i + 1].name != "response") continue;
    auto got = TRY(server.ask(parse_message(sections[i].text)).in(sections[i].text));
    auto last = i + 2 == sections.size();
    sections[i + 1].text = response_text(parse_message(sections[i + 1].text), got, scrub);
    if (last) sections[i + 1].text.pop_back();  // no empty line at the end of a file
  }
  return join_sections(sections);
}

}  // namespace rapport::test
