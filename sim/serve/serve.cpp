#include "sim/serve/serve.h"

#define ASIO_STANDALONE
#include <fmt/format.h>

#include <algorithm>
#include <asio.hpp>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "base/time.h"
#include "sim/serve/apis.h"
#include "sim/serve/faults.h"
#include "sim/text/spelling.h"

namespace rapport::sim {
namespace {

namespace fs = std::filesystem;
using asio::ip::tcp;

constexpr std::size_t kLongestHead = 64 << 10;

struct Head {
  std::string method, target, if_none_match, accept, authorization;
  std::size_t body = 0;
  bool close = false;
};

Head parse_head(std::string_view text) {
  Head head;
  auto lines = split(text, '\n');
  auto words = split(trim(lines[0]), ' ');
  if (words.size() >= 2) {
    head.method = words[0];
    head.target = words[1];
  }
  head.close = words.size() < 3 || words[2] == "HTTP/1.0";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    auto name = lower_ascii(trim(lines[i].substr(0, colon)));
    auto value = trim(lines[i].substr(colon + 1));
    if (name == "if-none-match") head.if_none_match = value;
    if (name == "accept") head.accept = value;
    if (name == "authorization") head.authorization = value;
    if (name == "connection" && lower_ascii(value) == "close") head.close = true;
    if (name == "content-length") head.body = static_cast<std::size_t>(std::strtoul(std::string{value}.c_str(), nullptr, 10));
  }
  return head;
}

const char* phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    default: return "Internal Server Error";
  }
}

std::string http_date(std::int64_t unix_seconds) { return replace_all(rfc2822(unix_seconds, 0), "+0000", "GMT"); }

class Server {
 public:
  Server(const Serving& serving, Faults& faults, std::vector<std::pair<std::string_view, std::unique_ptr<Api>>> apis) : serving_(serving), faults_(faults), apis_(std::move(apis)) {}

  Result<> run(const std::function<void(int)>& ready, Progress& progress) {
    asio::io_context context;
    tcp::acceptor acceptor{context};
    asio::error_code error;
    tcp::endpoint endpoint{asio::ip::address_v4::loopback(), static_cast<unsigned short>(serving_.port)};
    acceptor.open(endpoint.protocol(), error);
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(endpoint, error);
    if (error) return fail(Error::Kind::kBusy, fmt::format("cannot listen on port {}: {}", serving_.port, error.message()), "choose another with --port, or 0 for any free one");
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    acceptor.non_blocking(true, error);
    base_ = fmt::format("http://127.0.0.1:{}", acceptor.local_endpoint().port());
    ready(acceptor.local_endpoint().port());
    while (!progress.stop_requested()) {
      tcp::socket socket{context};
      acceptor.accept(socket, error);
      if (error) {
        std::this_thread::sleep_for(std::chrono::milliseconds{error == asio::error::would_block ? 5 : 50});
        continue;
      }
      ++open_;
      std::thread{[this, socket = std::move(socket)]() mutable {
        talk(socket);
        --open_;
      }}.detach();
    }
    stopping_ = true;
    while (open_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    return {};
  }

 private:
  // One connection: requests one after the other until somebody closes. A read waits at most a moment at a time, so
  // that stopping does not wait for idle clients.
  void talk(tcp::socket& socket) {
    asio::error_code error;
    socket.non_blocking(false, error);
    socket.set_option(tcp::no_delay(true), error);
    timeval moment{0, 200'000};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    std::string buffer;
    for (;;) {
      auto end = buffer.find("\r\n\r\n");
      while (end == std::string::npos) {
        if (!read_more(socket, buffer) || buffer.size() > kLongestHead) return;
        end = buffer.find("\r\n\r\n");
      }
      auto head = parse_head(std::string_view{buffer}.substr(0, end));
      while (buffer.size() < end + 4 + head.body && buffer.size() <= kLongestHead)
        if (!read_more(socket, buffer)) return;
      auto body = buffer.substr(end + 4, head.body);
      buffer.erase(0, end + 4 + head.body);
      if (!respond(socket, head, std::move(body)) || head.close) return;
    }
  }

  bool read_more(tcp::socket& socket, std::string& buffer) {
    char chunk[4096];
    while (!stopping_) {
      auto count = ::recv(socket.native_handle(), chunk, sizeof chunk, 0);
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) continue;
      if (count <= 0) return false;
      buffer.append(chunk, static_cast<std::size_t>(count));
      return true;
    }
    return false;
  }

  // False when the connection is to be closed.
  bool respond(tcp::socket& socket, const Head& head, std::string body) {
    auto question = head.target.find('?');
    ApiRequest request;
    request.method = head.method;
    request.accept = head.accept;
    request.authorization = head.authorization;
    request.body = std::move(body);
    request.path = percent_decoded(std::string_view{head.target}.substr(0, question));
    if (question != std::string::npos)
      for (auto pair : split(std::string_view{head.target}.substr(question + 1), '&')) {
        auto equals = pair.find('=');
        request.query.emplace_back(percent_decoded(pair.substr(0, equals)), equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1)));
      }
    Mishap mishap;
    ApiAnswer answer;
    if (request.path == "/_faults") {
      for (const auto& [name, value] : request.query)
        if (auto set = faults_.set(name, value); !set) answer = {400, "text/plain", set.error().what + "; " + set.error().fix + "\n", {}};
      if (answer.status == 200) answer.body = faults_.to_json();
    } else if (request.path == "/_requests") {
      answer.body = fmt::to_string(asked_.load());
    } else {
      ++asked_;
      mishap = faults_.draw();
      if (mishap.latency_ms > 0) std::this_thread::sleep_for(std::chrono::milliseconds{mishap.latency_ms});
      if (mishap.drop) return false;
      request.shift = mishap.shift;
      request.backoff = mishap.backoff;
      answer = answered(request, mishap.status);
      if (mishap.wrong_type && answer.status == 200) {
        answer.type = "text/html; charset=utf-8";
        answer.body = "<!DOCTYPE html><html><head><title>Just a moment</title></head><body>Checking your browser</body></html>";
      }
    }
    return send(socket, head, answer, mishap);
  }

  // `status`: what to refuse with; 0 = answer.
  ApiAnswer answered(ApiRequest& request, int status) {
    for (auto& [prefix, api] : apis_) {
      if (!request.path.starts_with(prefix) || (request.path.size() > prefix.size() && request.path[prefix.size()] != '/')) continue;
      request.base = base_ + std::string{prefix};
      request.path.erase(0, prefix.size());
      if (request.path.empty()) request.path = "/";
      std::lock_guard lock{mutex_};
      bool beyond = count(request);
      auto answer = status != 0 ? api->refusal(request, status) : beyond ? api->refusal(request, 429) : api->answer(request);
      if (beyond)
        for (auto& [name, value] : answer.headers)
          if (name == "Retry-After") value = fmt::to_string(request.reset - now().time_since_epoch().count() / 1'000'000);
      if (serving_.requests_per_minute > 0 && std::none_of(answer.headers.begin(), answer.headers.end(), [](const auto& header) { return header.first == "X-RateLimit-Limit"; })) {
        answer.headers.emplace_back("X-RateLimit-Limit", fmt::to_string(request.limit));
        answer.headers.emplace_back("X-RateLimit-Remaining", fmt::to_string(request.remaining));
        answer.headers.emplace_back("X-RateLimit-Reset", fmt::to_string(request.reset));
      }
      return answer;
    }
    return not_found();
  }

  // Counts the request against the minute of the clock; true when it is one too many.
  bool count(ApiRequest& request) {
    auto minute = now().time_since_epoch().count() / 60'000'000;
    request.reset = (minute + 1) * 60;
    if (serving_.requests_per_minute <= 0) return false;
    if (minute != minute_) used_ = 0;
    minute_ = minute;
    ++used_;
    request.limit = serving_.requests_per_minute;
    request.remaining = std::max(0, serving_.requests_per_minute - used_);
    return used_ > serving_.requests_per_minute;
  }

  static bool send(tcp::socket& socket, const Head& head, const ApiAnswer& answer, const Mishap& mishap) {
    std::uint64_t hash = 0;
    for (unsigned char c : answer.body) hash = mix(hash ^ c);
    auto etag = fmt::format("\"{:016x}\"", hash);
    int status = answer.status == 200 && head.if_none_match == etag ? 304 : answer.status;
    std::string_view body = status == 304 || head.method == "HEAD" ? std::string_view{} : std::string_view{answer.body};
    auto out = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nETag: {}\r\n", status, phrase(status), http_date(now().time_since_epoch().count() / 1'000'000 + mishap.skew_seconds),
                           answer.type, body.size(), etag);
    for (const auto& [name, value] : answer.headers) out += fmt::format("{}: {}\r\n", name, value);
    out += head.close ? "Connection: close\r\n\r\n" : "\r\n";
    bool cut = mishap.truncate && body.size() > 1;
    out += cut ? body.substr(0, body.size() / 2) : body;
    asio::error_code error;
    asio::write(socket, asio::buffer(out), error);
    return !error && !cut;
  }

  const Serving& serving_;
  Faults& faults_;
  std::vector<std::pair<std::string_view, std::unique_ptr<Api>>> apis_;
  std::string base_;
  std::mutex mutex_;
  std::atomic<int> open_ = 0;
  std::atomic<std::int64_t> asked_ = 0;
  std::atomic<bool> stopping_ = false;
  std::int64_t minute_ = 0;
  int used_ = 0;
};

}  // namespace

Result<> serve(const Serving& serving, const std::function<void(int)>& ready, Progress& progress) {
  std::error_code error;
  if (!fs::exists(serving.folder / "truth/parameters.json", error))
    return fail(Error::Kind::kNotFound, fmt::format("there is no simulation in {}", serving.folder.string()), "make one: rapport simulate --out DIR");
  Faults faults{serving.seed};
  for (const auto& fault : serving.faults) {
    auto equals = fault.find('=');
    TRY(faults.set(fault.substr(0, equals), equals == std::string::npos ? "1" : fault.substr(equals + 1)));
  }
  std::vector<std::pair<std::string_view, std::unique_ptr<Api>>> open;
  for (const auto& entry : apis()) open.emplace_back(entry.prefix, TRY(entry.open(serving.folder)));
  return Server{serving, faults, std::move(open)}.run(ready, progress);
}

}  // namespace rapport::sim
