#include "http/live.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <vector>

#include "base/text.h"

namespace rapport {
namespace {

// Handles between requests: each keeps its open connections, so that the next request to that host needs no new one.
class HandlePool {
 public:
  HandlePool() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }
  ~HandlePool() {
    for (CURL* curl : idle_) curl_easy_cleanup(curl);
  }
  CURL* take() {
    std::lock_guard lock{mutex_};
    if (idle_.empty()) return curl_easy_init();
    CURL* curl = idle_.back();
    idle_.pop_back();
    return curl;
  }
  void give_back(CURL* curl) {
    curl_easy_reset(curl);
    std::lock_guard lock{mutex_};
    idle_.push_back(curl);
  }

 private:
  std::mutex mutex_;
  std::vector<CURL*> idle_;
};

struct CurlRequest {
  explicit CurlRequest(HandlePool& from) : pool(from), curl(from.take()) {}
  ~CurlRequest() {
    pool.give_back(curl);
    curl_slist_free_all(headers);
  }
  HandlePool& pool;
  CURL* curl;
  curl_slist* headers = nullptr;
};

struct Receiving {
  HttpResponse response;
  std::size_t limit = 0;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  if (receiving.response.body.size() + size * count > receiving.limit) {
    receiving.too_large = true;
    return 0;
  }
  receiving.response.body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& receiving = *static_cast<Receiving*>(user);
  std::string_view line = trim({data, size * count});
  if (line.starts_with("HTTP/")) receiving.response.headers.clear();  // a redirect began anew
  auto colon = line.find(':');
  if (colon != std::string_view::npos)
    receiving.response.headers.emplace_back(std::string{trim(line.substr(0, colon))}, std::string{trim(line.substr(colon + 1))});
  return size * count;
}

// Watches one request: whether bytes still move, and whether the user wants to stop. (curl's own limit is one of average
// speed, which notices silence only when the average of the last seconds has sunk.)
struct Watch {
  explicit Watch(const LiveHttpOptions& with) : options(with) {}
  const LiveHttpOptions& options;
  curl_off_t moved = -1;
  std::chrono::steady_clock::time_point moved_at = std::chrono::steady_clock::now();
  bool stopped = false, silent = false;
};

// Called by curl as long as a request is under way, once a second at least; anything but 0 ends it.
int watch(void* user, curl_off_t, curl_off_t received, curl_off_t, curl_off_t sent) {
  auto& watch = *static_cast<Watch*>(user);
  auto present = std::chrono::steady_clock::now();
  if (received + sent != watch.moved) {
    watch.moved = received + sent;
    watch.moved_at = present;
  }
  watch.silent = present - watch.moved_at >= watch.options.stall_timeout;
  watch.stopped = watch.options.stop_requested && watch.options.stop_requested();
  return watch.silent || watch.stopped ? 1 : 0;
}

class LiveHttp : public Http {
 public:
  explicit LiveHttp(const LiveHttpOptions& options) : options_(options) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    CurlRequest handle{pool_};
    Receiving receiving;
    receiving.limit = options_.largest_body;
    Watch watched{options_};
    CURL* curl = handle.curl;
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);  // curl drops credentials when the host changes
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "rapport/0.1 (+developer relations analytics)");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &watched);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
    if (request.method != "GET") curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    if (!request.body.empty()) {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    }
    for (const auto& [name, value] : request.headers) {
      if ((name + value).find_first_of("\r\n") != std::string::npos)
        return fail(Error::Kind::kBadInput, fmt::format("header {} holds a line break", printable(name)), "check the credential: it was copied with a line end");
      handle.headers = curl_slist_append(handle.headers, (name + ": " + value).c_str());
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, handle.headers);
    CURLcode code = curl_easy_perform(curl);
    auto shown = printable(request.url.substr(0, request.url.find('?')));
    if (receiving.too_large)
      return fail(Error::Kind::kBadInput, fmt::format("{} answered more than {} MB", shown, options_.largest_body >> 20));
    if (watched.stopped) return fail(Error::Kind::kCancelled, "stopped as you asked", "run `rapport sync` again to go on from here");
    if (watched.silent || code == CURLE_OPERATION_TIMEDOUT)
      return fail(Error::Kind::kTimeout, fmt::format("{} did not answer for {} seconds", shown, std::max<std::int64_t>(1, options_.stall_timeout.count())),
                  "see whether it answers in a browser, then sync again; a slow host needs a higher patience_seconds under [network] in rapport.toml");
    if (code != CURLE_OK) {
      bool malformed = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
      return fail(malformed ? Error::Kind::kBadInput : Error::Kind::kUpstream, fmt::format("{}: {}", shown, curl_easy_strerror(code)),
                  malformed ? "check the address in rapport.toml" : "check the network and the address, then sync again");
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    receiving.response.status = static_cast<int>(status);
    return std::move(receiving.response);
  }

 private:
  LiveHttpOptions options_;
  HandlePool pool_;
};

}  // namespace

std::unique_ptr<Http> live_http(const LiveHttpOptions& options) { return std::make_unique<LiveHttp>(options); }

}  // namespace rapport
