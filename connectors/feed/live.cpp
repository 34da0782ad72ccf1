#include "connectors/feed/live.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "base/digest.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/feed/parse.h"
#include "connectors/saved_files.h"

namespace rapport::feed {
namespace {

constexpr const char* kAccept = "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";

struct Validators {
  std::string etag, modified;
};

struct Cursor {
  std::string list_mark;            // of the list on this machine that `feeds` came from
  bool is_list = false;             // the address gave a list
  bool started = false;             // the address was asked in this pass
  std::vector<std::string> feeds;   // of the list
  std::int64_t at = 0;              // of them were read in this pass
  std::map<std::string, Validators> validators;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("mark").value(list_mark).key("list").value(is_list).key("started").value(started).key("at").value(at).key("feeds").begin_array();
    for (const auto& feed : feeds) json.value(feed);
    json.end_array().key("validators").begin_object();
    for (const auto& [url, known] : validators) json.key(url).begin_array().value(known.etag).value(known.modified).end_array();
    json.end_object().end_object();
    return std::move(json).text();
  }
  static Cursor parse(const std::string& text) {
    Cursor cursor;
    JsonDocument document;
    auto parsed = document.parse(text);
    if (!parsed) return cursor;
    auto root = *parsed;
    cursor.list_mark = root["mark"].text();
    cursor.is_list = root["list"].truth();
    cursor.started = root["started"].truth();
    cursor.at = root["at"].integer().value_or(0);
    for (const auto& feed : root["feeds"].items()) cursor.feeds.emplace_back(feed.text());
    for (const auto& [url, known] : root["validators"].members())
      if (auto pair = known.items(); pair.size() == 2) cursor.validators[std::string{url}] = {std::string{pair[0].text()}, std::string{pair[1].text()}};
    return cursor;
  }
};

std::string charset_of(std::string_view content_type) {
  auto at = lower_ascii(content_type).find("charset=");
  if (at == std::string::npos) return {};
  auto value = content_type.substr(at + 8);
  value = value.substr(0, value.find_first_of("; "));
  if (value.size() > 1 && value.front() == '"') value = value.substr(1, value.size() - 2);
  return std::string{value};
}

// What fetching one address gave.
struct Fetched {
  bool unchanged = false;
  Parsed parsed;
};

class LiveReader : public Reader {
 public:
  LiveReader(std::string address, const std::string& list, const std::string& cursor, Http& http)
      : address_(std::move(address)), cursor_(Cursor::parse(cursor)), http_(http) {
    if (list.empty()) return;
    // A list on this machine is read at once; a changed one begins a new pass.
    if (auto mark = sha256_hex(list, 16); cursor_.list_mark != mark) {
      cursor_.list_mark = mark;
      Page unused;
      take_list(parse_feed(list, {}, address_, unused), rejected_);
      cursor_.at = 0;
    }
    cursor_.started = cursor_.is_list = true;
  }

  Result<Page> next() override {
    Page page;
    page.rejected = std::move(rejected_);
    rejected_.clear();
    if (!cursor_.started) TRY(read_address(page));
    else if (cursor_.at < static_cast<std::int64_t>(cursor_.feeds.size())) TRY(read_listed(page));
    page.done = cursor_.at;
    page.total = static_cast<std::int64_t>(cursor_.feeds.size());
    if (!cursor_.is_list || cursor_.at >= page.total) {
      page.caught_up = true;
      cursor_.at = 0;
      cursor_.started = false;
    }
    page.next = cursor_.to_text();
    return page;
  }

 private:
  void take_list(const Parsed& parsed, std::vector<Rejected>& rejected) {
    std::set<std::string> seen;
    cursor_.feeds.clear();
    for (const auto& link : parsed.links) {
      if (!is_web_address(link.url)) rejected.push_back({link.url, "not a web address: only feeds at http:// or https:// are read", link.title});
      else if (seen.insert(link.url).second) cursor_.feeds.push_back(link.url);
    }
    if (parsed.what != Parsed::What::kList || !parsed.problem.empty())
      rejected.push_back({address_, fmt::format("the list of feeds cannot be read to its end: {}", parsed.problem.empty() ? "it is no OPML" : parsed.problem), {}});
  }

  Result<> read_address(Page& page) {
    cursor_.started = true;
    auto fetched = TRY(fetch(address_, page));
    if (fetched.unchanged) return {};
    const auto& parsed = fetched.parsed;
    if (parsed.what == Parsed::What::kList) {
      cursor_.is_list = true;
      take_list(parsed, page.rejected);
      return {};
    }
    cursor_.is_list = false;
    return {};
  }

  Result<> read_listed(Page& page) {
    auto url = cursor_.feeds[static_cast<std::size_t>(cursor_.at++)];
    Page one;
    auto fetched = fetch(url, one);
    // With the name of the feed's own record, so that it goes away when that comes.
    auto set_aside = [&](std::string reason) { page.rejected.push_back({feed_record_id(url), std::move(reason), url}); };
    if (!fetched) {
      if (fetched.error().kind == Error::Kind::kCancelled || fetched.error().kind == Error::Kind::kRateLimited) return fail(std::move(fetched.error()));
      set_aside(fetched.error().what);
      return {};
    }
    if (fetched->parsed.what == Parsed::What::kList) set_aside("a list of feeds within a list of feeds: add it by itself");
    page.records = std::move(one.records);
    for (auto& rejected : one.rejected) page.rejected.push_back(std::move(rejected));
    return {};
  }

  // The records of a feed go into `page`. Errors: it is not to be had, or is no feed, or breaks off.
  Result<Fetched> fetch(const std::string& url, Page& page) {
    HttpRequest request{"GET", url, {{"Accept", kAccept}}, {}};
    if (auto known = cursor_.validators.find(url); known != cursor_.validators.end()) {
      if (!known->second.etag.empty()) request.headers.emplace_back("If-None-Match", known->second.etag);
      if (!known->second.modified.empty()) request.headers.emplace_back("If-Modified-Since", known->second.modified);
    }
    auto response = TRY(http_.send(request));
    Fetched fetched;
    if (response.status == 304) {
      fetched.unchanged = true;
      return fetched;
    }
    if (response.status < 200 || response.status > 299) return fail(error_of_status(request, response));
    fetched.parsed = parse_feed(response.body, charset_of(response.header("Content-Type")), url, page);
    const auto& parsed = fetched.parsed;
    if (parsed.what == Parsed::What::kNeither || (parsed.breaks_off && !parsed.problem.empty()))
      return fail(parsed.breaks_off ? Error::Kind::kUpstream : Error::Kind::kBadInput, fmt::format("{}: {}", printable(url), parsed.problem),
                  parsed.breaks_off ? "sync again: the answer did not come whole" : "open that address in a browser; many sites name their feed in <link rel=\"alternate\">");
    if (parsed.what == Parsed::What::kFeed && !parsed.problem.empty())
      page.rejected.push_back({place_of_problem(url, parsed), "what follows here cannot be read: " + parsed.problem, url});
    Validators now{std::string{response.header("ETag")}, std::string{response.header("Last-Modified")}};
    if (now.etag.empty() && now.modified.empty()) cursor_.validators.erase(url);
    else cursor_.validators[url] = std::move(now);
    return fetched;
  }

  std::string address_;
  Cursor cursor_;
  Http& http_;
  std::vector<Rejected> rejected_;
};

}  // namespace

std::unique_ptr<Reader> read_live(const std::string& address, const std::string& list, const std::string& cursor, Http& http) {
  return std::make_unique<LiveReader>(address, list, cursor, http);
}

}  // namespace rapport::feed
