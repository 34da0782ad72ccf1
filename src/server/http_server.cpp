// The only file that sees RESTinio, whose headers take long to compile. One thread moves bytes, kWorkers answer: a
// question is a query of some milliseconds on a connection of its own.
#include "server/http_server.h"

#include <fmt/format.h>
#include <http_parser.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <map>
#include <restinio/all.hpp>
#include <thread>

#include "base/text.h"
#include "server/changes.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWorkers = 3;
constexpr std::size_t kMostConnections = 256;
constexpr std::size_t kMostListeners = 64;
constexpr std::size_t kLongestUrl = 8 << 10;
constexpr std::uint32_t kLargestHead = 16 << 10;  // request line and header fields together
constexpr std::size_t kMostFields = 100;
constexpr std::size_t kLargestBody = 25u << 20;   // as large as GitHub's deliveries get
constexpr std::chrono::seconds kReadWithin{10};
constexpr std::chrono::seconds kWriteWithin{10};
constexpr std::chrono::seconds kAnswerWithin{60};
constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::seconds kHeartbeatEvery{15};

struct Traits : restinio::default_single_thread_traits_t {
  static constexpr bool use_connection_count_limiter = true;
};
using Stream = restinio::response_builder_t<restinio::chunked_output_t>;

std::string field(const restinio::request_t& request, std::string_view name) {
  return std::string{request.header().get_field_or(restinio::string_view_t{name.data(), name.size()}, restinio::string_view_t{""})};
}

std::string method_of(const restinio::request_t& request) { return request.header().method().c_str(); }

Result<Request> read_request(const restinio::request_t& raw) {
  auto request = TRY(parse_target(std::string_view{raw.header().request_target()}));
  request.method = method_of(raw);
  request.host = field(raw, "Host");
  request.origin = field(raw, "Origin");
  request.content_type = field(raw, "Content-Type");
  request.if_none_match = field(raw, "If-None-Match");
  request.accept_encoding = field(raw, "Accept-Encoding");
  request.fetch_site = field(raw, "Sec-Fetch-Site");
  request.last_event_id = field(raw, "Last-Event-ID");
  if (request.method != "POST") return request;
  request.body = raw.body();
  request.authorization = field(raw, "Authorization");
  request.idempotency_key = field(raw, "Idempotency-Key");
  request.signature = field(raw, "X-Hub-Signature-256");
  request.token = field(raw, "X-Gitlab-Token");
  raw.header().for_each_field([&](const auto& header) {
    auto name = lower_ascii(header.name());
    bool tells = name.starts_with("x-") || name == "content-type" || name == "user-agent";
    for (const char* secret : {"token", "secret", "key", "auth", "password"}) tells &= name.find(secret) == std::string::npos;
    if (tells) request.webhook_headers.emplace_back(name, header.value());
  });
  return request;
}

template <class Response>
void write_head(Response& response, const Answer& answer) {
  response.append_header(restinio::http_field::content_type, answer.type);
  for (const auto& [name, value] : answer.headers) response.append_header(name, value);
}

void write_answer(const restinio::request_handle_t& to, Answer answer) {
  auto phrase = restinio::status_ok().reason_phrase();
  if (answer.status != 200) phrase = ::http_status_str(static_cast<http_status>(answer.status));
  auto response = to->create_response({restinio::http_status_code_t{static_cast<std::uint16_t>(answer.status)}, phrase});
  write_head(response, answer);
  bool has_body = answer.status != 304 && to->header().method() != restinio::http_method_head();
  if (has_body) response.set_body(std::move(answer.body));
  response.done();
}

// The open streams of /api/v1/changes. Lives on the thread that moves bytes.
class Listeners {
 public:
  bool full() {
    sweep();
    return streams_.size() >= kMostListeners;
  }
  void add(Stream stream, const std::string& greeting) {
    auto number = next_++;
    streams_.emplace(number, std::move(stream));
    send(number, greeting);
  }
  bool empty() const { return streams_.empty(); }
  void tell(const std::string& text) {
    std::vector<std::size_t> numbers;
    for (const auto& [number, stream] : streams_) numbers.push_back(number);
    for (auto number : numbers) send(number, text);
    sweep();
  }

 private:
  void send(std::size_t number, const std::string& text) {
    auto found = streams_.find(number);
    if (found == streams_.end()) return;
    found->second.append_chunk(text);
    // May be called before flush() returns, so the stream must live on until the sweep.
    found->second.flush([this, number](const auto& failed) {
      if (failed) gone_.push_back(number);
    });
  }
  void sweep() {
    for (auto number : gone_) streams_.erase(number);
    gone_.clear();
  }
  std::map<std::size_t, Stream> streams_;
  std::vector<std::size_t> gone_;
  std::size_t next_ = 0;
};

struct Question {
  restinio::request_handle_t from;
  Request request;
};

class Server {
 public:
  Server(Service& service, const ServerOptions& options)
      : service_(service), options_(options), timer_(io_), signals_(io_, SIGINT, SIGTERM), watch_(service.version()) {}
  ~Server() { end_workers(); }

  void run() {
    ::http_parser_set_max_header_size(kLargestHead);
    restinio::server_settings_t<Traits> settings;
    settings.address("127.0.0.1").port(static_cast<std::uint16_t>(options_.port))
        .read_next_http_message_timelimit(kReadWithin).write_http_response_timelimit(kWriteWithin).handle_request_timeout(kAnswerWithin)
        .max_parallel_connections(kMostConnections)
        .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}.max_url_size(kLongestUrl).max_field_count(kMostFields).max_body_size(kLargestBody))
        .acceptor_options_setter([](auto& set) { set.set_option(asio::ip::tcp::acceptor::reuse_address(true)); })
        .acceptor_post_bind_hook([this](asio::ip::tcp::acceptor& acceptor) { port_ = acceptor.local_endpoint().port(); })
        .request_handler([this](restinio::request_handle_t from) { return take(std::move(from)); });
    restinio::http_server_t<Traits> server{restinio::external_io_context(io_), std::move(settings)};
    server.open_sync();
    signals_.async_wait([this](const auto& failed, int) {
      if (!failed) io_.stop();
    });
    for (std::size_t i = 0; i < kWorkers; ++i) workers_.emplace_back([this] { work(); });
    schedule_tick();
    if (options_.on_listening) options_.on_listening(port_);
    io_.run();
    end_workers();
  }

 private:
  restinio::request_handling_status_t take(restinio::request_handle_t from) {
    auto request = read_request(*from);
    if (!request) {
      auto answer = error_answer(request.error());
      Service::protect(answer);
      finish(from, method_of(*from), std::string{from->header().request_target()}, Clock::now(), std::move(answer));
      return restinio::request_accepted();
    }
    if (Service::wants_changes(*request) && !service_.refuse(*request)) {
      open_stream(std::move(from), *request);
      return restinio::request_accepted();
    }
    std::lock_guard lock{mutex_};
    questions_.push_back({std::move(from), std::move(*request)});
    something_to_do_.notify_one();
    return restinio::request_accepted();
  }

  void open_stream(restinio::request_handle_t from, const Request& request) {
    auto known = check_parameters(request, {}, {});
    if (known && listeners_.full()) known = fail(Error::Kind::kBusy, fmt::format("{} pages listen already", kMostListeners), "close some of them");
    if (!known) {
      auto answer = error_answer(known.error());
      Service::protect(answer);
      finish(from, request.method, request.target, Clock::now(), std::move(answer));
      return;
    }
    Answer head{.type = "text/event-stream"};
    head.headers.emplace_back("Cache-Control", "no-store");
    Service::protect(head);
    auto stream = from->create_response<restinio::chunked_output_t>();
    write_head(stream, head);
    if (listeners_.empty()) watch_ = ChangeWatch{service_.version()};  // nobody looked meanwhile
    listeners_.add(std::move(stream), change_greeting(watch_.told(), request.last_event_id));
    note(request.method, request.target, 200, 0, {});
  }

  void finish(const restinio::request_handle_t& to, const std::string& method, const std::string& target, Clock::time_point begun, Answer answer) {
    auto status = answer.status;
    auto bytes = answer.body.size();
    write_answer(to, std::move(answer));
    note(method, target, status, bytes, Clock::now() - begun);
  }

  void note(const std::string& method, const std::string& target, int status, std::size_t bytes, Clock::duration took) {
    if (!options_.on_answer) return;
    options_.on_answer(fmt::format("{} {} {} {} {} bytes {:.1f} ms", format_time(std::chrono::floor<std::chrono::seconds>(now())), method,
                                   elide(printable(target), 500), status, bytes, std::chrono::duration<double, std::milli>(took).count()));
  }

  void schedule_tick() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](const auto& failed) {
      if (failed) return;
      service_.readers().tick();
      if (!listeners_.empty() && watch_.look(service_.version(), Clock::now())) {
        service_.readers().expect_news();  // the pages will ask at once
        listeners_.tell(change_event(watch_.told()));
      }
      if (Clock::now() - heartbeat_at_ >= kHeartbeatEvery) {
        heartbeat_at_ = Clock::now();
        listeners_.tell(kHeartbeat);
      }
      schedule_tick();
    });
  }

  void work() {
    for (;;) {
      Question question;
      {
        std::unique_lock lock{mutex_};
        something_to_do_.wait(lock, [this] { return ending_ || !questions_.empty(); });
        if (ending_) break;
        question = std::move(questions_.front());
        questions_.pop_front();
      }
      auto begun = Clock::now();
      auto method = question.request.method, target = question.request.target;
      auto answer = service_.answer(std::move(question.request));
      try {
        finish(question.from, method, target, begun, std::move(answer));
      } catch (const std::exception& thrown) {  // the client has gone
        if (options_.on_answer) options_.on_answer(fmt::format("{} {}: {}", method, elide(printable(target), 500), thrown.what()));
      }
    }
    std::lock_guard lock{mutex_};
    ++ended_;
    something_to_do_.notify_all();
  }

  void end_workers() {
    if (workers_.empty()) return;
    {
      std::unique_lock lock{mutex_};
      ending_ = true;
      something_to_do_.notify_all();
      // A handler may begin its next query just after one was interrupted.
      while (!something_to_do_.wait_for(lock, std::chrono::milliseconds{20}, [this] { return ended_ == workers_.size(); })) {
        lock.unlock();
        service_.readers().interrupt_all();
        lock.lock();
      }
      questions_.clear();
    }
    for (auto& worker : workers_) worker.join();
    workers_.clear();
  }

  Service& service_;
  const ServerOptions& options_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  asio::signal_set signals_;
  int port_ = 0;
  ChangeWatch watch_;
  Listeners listeners_;
  Clock::time_point heartbeat_at_ = Clock::now();

  std::mutex mutex_;
  std::condition_variable something_to_do_;
  std::deque<Question> questions_;
  std::vector<std::thread> workers_;
  bool ending_ = false;
  std::size_t ended_ = 0;
};

}  // namespace

Result<> serve(Service& service, const ServerOptions& options) {
  try {
    Server{service, options}.run();
  } catch (const std::system_error& thrown) {
    int code = thrown.code().value();  // Asio's own category does not compare with std::errc
    if (code == EADDRINUSE)
      return fail(Error::Kind::kBusy, fmt::format("port {} is taken by another program", options.port),
                  "give another with --port, or --port 0 for any that is free");
    auto fix = code == EACCES ? "ports under 1024 belong to the system; give another with --port" : "";
    return fail(Error::Kind::kUpstream, fmt::format("cannot listen on port {}: {}", options.port, thrown.code().message()), fix);
  } catch (const std::exception& thrown) {
    return fail(Error::Kind::kBug, fmt::format("the server failed: {}", thrown.what()));
  }
  return {};
}

}  // namespace rapport
