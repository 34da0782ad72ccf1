#include "connectors/gerrit/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"
#include "connectors/saved_files.h"

namespace rapport::gerrit {
namespace {

constexpr int kPerPage = 100;
constexpr std::string_view kOptions = "&o=DETAILED_LABELS&o=DETAILED_ACCOUNTS&o=MESSAGES&o=ALL_REVISIONS";
constexpr std::string_view kGuard = ")]}'";

JsonApi asking(const Server& server) {
  JsonApi api;
  api.site = "Gerrit at " + server.site;
  api.headers = server.headers;
  api.headers.emplace_back("Accept", "application/json");
  api.auth_fix = server.signs_in ? "check `user`, and that `token` is the HTTP password that Gerrit made for it (Settings, HTTP Credentials)"
                                 : "this server wants to know who asks: set `user`, and token = \"$NAME_OF_A_VARIABLE\" with the HTTP password that Gerrit made";
  api.address_fix = "check `url`: the address before /q/ and /c/ in the browser";
  api.explain = [](const HttpResponse& response, Error& error) {  // it says in plain text what is wrong with a query
    if (response.status == 400) {
      error.what += ": " + elide(printable(trim(response.body)), 200);
      error.fix = "check `query` and `project`";
    }
  };
  api.guard = kGuard;
  return api;
}

// How far down a pass is: changes that were changed at `before` or earlier, of these the first `skip` left out. A server may
// refuse to count far into a list, so S= is used only where one second fills a page.
struct Depth {
  std::optional<Time> before;
  int skip = 0;

  std::string to_text() const { return fmt::format("{} {}", skip, before ? format_time(*before) : ""); }
  static Depth parse(const std::string& text) {
    Depth depth;
    std::from_chars(text.data(), text.data() + text.size(), depth.skip);
    auto blank = text.find(' ');
    if (auto time = parse_time(blank == std::string::npos ? std::string_view{} : std::string_view{text}.substr(blank + 1))) depth.before = *time;
    return depth;
  }
};

std::string address(const Server& server, const Depth& depth) {
  auto query = server.query.empty() ? std::string{"(is:open OR is:closed)"} : server.query;
  if (depth.before) {
    auto time = replace_all(format_time(*depth.before), "T", " ");
    query += fmt::format(" before:\"{}\"", time.substr(0, time.size() - 1));
  }
  auto url = fmt::format("{}{}/changes/?q={}{}&n={}", server.site, server.signs_in ? "/a" : "", percent_encoded(query), kOptions, kPerPage);
  return depth.skip > 0 ? url + fmt::format("&S={}", depth.skip) : url;
}

Result<ListPage> change_page(const Server& server, Http& http, const std::string& token) {
  auto depth = Depth::parse(token);
  auto answer = TRY(get_json(asking(server), http, address(server, depth)));
  if (!answer.root.is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no list of changes", server.site), "check `url`: the address before /q/ and /c/ in the browser");
  ListPage list;
  int count = 0;
  bool more = false;
  for (const auto& change : answer.root.items()) {
    ++count;
    more = change["_more_changes"].truth();
    auto number = change["_number"].integer();
    std::optional<Time> time;
    if (auto updated = parse_time(change["updated"].text())) time = *updated;
    if (time) {
      list.newest = std::max(list.newest.value_or(*time), *time);
      list.oldest = std::min(list.oldest.value_or(*time), *time);
    }
    if (!number) {
      list.page.rejected.push_back({fmt::format("change {} before {}", count, depth.before ? format_time(*depth.before) : "now"), "a change without _number", change.to_json().substr(0, 300)});
      continue;
    }
    // Where the page ended is not of the change.
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : change.members())
      if (name != "_more_changes") json.key(name).raw(value.to_json());
    json.end_object();
    list.page.records.push_back({fmt::format("{}", *number), std::move(json).text(), time, false});
  }
  if (!more) return list;
  // Times in questions are whole seconds, and `before` takes that second in.
  auto next = list.oldest ? std::optional<Time>{std::chrono::ceil<std::chrono::seconds>(*list.oldest)} : depth.before;
  bool deeper = next && (!depth.before || *next < *depth.before);
  list.token = (deeper ? Depth{next, 0} : Depth{depth.before, depth.skip + count}).to_text();
  return list;
}

}  // namespace

std::unique_ptr<Reader> read_changes(Server server, const std::string& cursor, Http& http) {
  return newest_first(cursor, std::chrono::seconds{0}, [server = std::move(server), &http](const std::string& token) { return change_page(server, http, token); });
}

bool is_query_file(std::string_view name) {
  for (std::string_view ending : {".json", ".jsonl", ".ndjson", ".txt", ".log"})
    if (name.ends_with(ending)) return true;
  return false;
}

bool looks_like_query(const std::filesystem::path& path) {
  return any_saved_file(path, is_query_file, 5, [](const std::string&, std::string_view beginning) {
    JsonDocument document;
    auto root = document.parse(beginning.substr(0, beginning.find('\n')));
    return root && (*root)["number"].integer() && (*root)["project"].is_string() && (*root)["owner"].is_object() && (*root)["createdOn"].integer();
  });
}

Result<std::unique_ptr<Reader>> read_saved_query(const std::filesystem::path& path, const std::string& cursor) {
  return read_saved(path, cursor, is_query_file, [](const std::string& name, const std::string& text, Page& page) {
    JsonDocument document;
    std::size_t number = 0;
    for (auto line : split(text, '\n')) {
      ++number;
      line = trim(line);
      if (line.empty()) continue;
      auto position = fmt::format("{} line {}", name, number);
      auto root = document.parse(line);
      if (!root) page.rejected.push_back({position, root.error().what, std::string{line.substr(0, 200)}});
      else if ((*root)["type"].text() == "stats") continue;  // the last line: how many there were
      else if ((*root)["type"].text() == "error") page.rejected.push_back({position, "Gerrit refused the query", std::string{line.substr(0, 200)}});
      else if (auto change = (*root)["number"].integer()) page.records.push_back({fmt::format("{}", *change), root->to_json(), std::nullopt, false});
      else page.rejected.push_back({position, "a line without a change's number", std::string{line.substr(0, 200)}});
    }
  });
}

}  // namespace rapport::gerrit
