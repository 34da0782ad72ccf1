#include "server/service.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <functional>

#include "base/gzip.h"
#include "base/text.h"
#include "server/static.h"

namespace rapport {
namespace {

constexpr std::size_t kCacheBytes = 16u << 20;
constexpr std::size_t kWorthCompressing = 1024;
constexpr std::string_view kApi = "/api/";

// The page may run its own scripts and styles and talk to this server; nothing else. Charts set style attributes.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// A page of a foreign name that resolves to this machine (DNS rebinding) sends that foreign name.
bool is_this_machine(std::string_view host) {
  auto name = host;
  if (auto colon = host.rfind(':'); colon != std::string_view::npos && (host[0] != '[' || host[colon - 1] == ']')) {
    auto port = host.substr(colon + 1);
    if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) return false;
    name = host.substr(0, colon);
  }
  return lower_ascii(name) == "localhost" || name == "127.0.0.1" || name == "[::1]";
}

bool is_text(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") || type == "image/svg+xml" || type == "application/manifest+json";
}

const std::string* header(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name) return &value;
  return nullptr;
}

// If-None-Match: a list of tags, compared weakly (RFC 9110, 13.1.2).
bool has_already(std::string_view if_none_match, std::string_view tag) {
  for (auto one : split(if_none_match, ',')) {
    one = trim(one);
    if (one == tag || (tag.starts_with("W/") && one == tag.substr(2))) return true;
  }
  return false;
}

// Names what rapport.toml holds now: another state, another text. It is replaced as a whole, so its inode tells most.
std::string config_version(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return "none";
  return fmt::format("{} {} {}.{:09}", found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
}

// Of one address in one state of the data.
std::string tag_of(const std::string& target, const std::string& version) {
  return fmt::format("W/\"{}-{:x}\"", version, std::hash<std::string>{}(target));
}

Answer not_modified(Answer answer) {
  answer.status = 304;
  answer.body.clear();
  return answer;
}

void compress(Answer& answer) {
  if (!is_text(answer.type) || answer.body.size() <= kWorthCompressing) return;
  auto smaller = gzip(answer.body);
  if (smaller.empty() || smaller.size() >= answer.body.size()) return;
  answer.body = std::move(smaller);
  answer.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace

Service::Service(Site site, ReaderPool& readers, Intake& intake)
    : site_(std::move(site)), readers_(readers), intake_(intake), form_(site_.home), cache_(kCacheBytes) {}

std::string Service::version_of(const std::string& database_version) const {
  // rapport.toml: it names the sources. The day: what has ended, and so what is compared, depends on it.
  auto today = format_day(std::chrono::floor<std::chrono::days>(now()));
  auto all = fmt::format("{} {} {} {}", site_.version, database_version, config_version(site_.home / "rapport.toml"), today);
  return fmt::format("{:016x}", std::hash<std::string>{}(all));
}

std::string Service::version() const { return version_of(database_version(readers_.database())); }

bool Service::wants_changes(const Request& request) { return request.path == "/api/v1/changes"; }

std::optional<Answer> Service::refuse(const Request& request) const {
  bool own_page = request.fetch_site.empty() || request.fetch_site == "same-origin" || request.fetch_site == "none";
  if (Intake::takes(request) && own_page) return {};  // may come through a tunnel under any name: it shows a secret
  if (!is_this_machine(request.host))
    return error_answer({Error::Kind::kAuth, fmt::format("asked under the name \"{}\"", elide(printable(request.host), 60)),
                         "this server answers under localhost or 127.0.0.1 only", {}});
  if (SourceForm::takes(request)) return SourceForm::refuse(request);
  if (request.method != "GET") {
    auto answer = error_answer({Error::Kind::kBadInput, "only GET is answered here", "this address is for reading; change things with the rapport command", {}});
    answer.status = 405;
    answer.headers.emplace_back("Allow", "GET");
    return answer;
  }
  if (!own_page && request.path.starts_with(kApi))
    return error_answer({Error::Kind::kAuth, "asked by the page of another site", "open the address itself", {}});
  return {};
}

void Service::protect(Answer& answer) {
  answer.headers.emplace_back("Vary", "Accept-Encoding");
  answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
  answer.headers.emplace_back("Content-Security-Policy", kContentPolicy);
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  answer.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  answer.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
}

Result<Answer> Service::fresh_answer(const Route& route, const Request& request, const std::string& key) {
  auto lease = TRY(readers_.lease());
  auto version = version_of(lease.version());
  auto made = route.handler(request, lease.store(), site_);
  if (!made && made.error().kind == Error::Kind::kCancelled)
    return lease.overdue() ? fail(Error::Kind::kBusy, "this question took too long", "ask for a shorter window or fewer buckets")
                           : fail(made.error());
  auto answer = TRY(std::move(made));
  answer.headers.emplace_back("Cache-Control", "private, no-cache");
  answer.headers.emplace_back("ETag", tag_of(request.target, version));
  if (key.front() == 'z') compress(answer);
  cache_.keep(key, version, answer);
  return answer;
}

Answer Service::api_answer(Request& request) {
  auto route = find_route(request);
  if (!route) return error_answer(route.error());
  auto now_version = version();
  auto key = (accepts_gzip(request.accept_encoding) ? "z" : "-") + request.target;
  auto kept = cache_.find(key, now_version);
  if (kept) return has_already(request.if_none_match, *header(*kept, "ETag")) ? not_modified(std::move(*kept)) : std::move(*kept);
  // A tag was given only with an answer, so the client holds it still when we do not.
  auto tag = tag_of(request.target, now_version);
  if (has_already(request.if_none_match, tag))
    return not_modified({.headers = {{"Cache-Control", "private, no-cache"}, {"ETag", tag}}});
  auto answer = fresh_answer(**route, request, key);
  if (!answer) return error_answer(answer.error());
  return std::move(*answer);
}

Answer Service::answer(Request request) {
  auto finish = [](Answer answer) {
    protect(answer);
    return answer;
  };
  if (auto refused = refuse(request)) return finish(std::move(*refused));
  if (Intake::takes(request)) return finish(intake_.take(request));
  if (SourceForm::takes(request)) return finish(form_.take(request));
  if (request.path.starts_with(kApi) || request.path == "/api") return finish(api_answer(request));
  auto file = static_file(request.path);
  if (!file) return finish(error_answer({Error::Kind::kNotFound, "no such page: " + elide(printable(request.path), 100), "begin at /", {}}));
  if (has_already(request.if_none_match, *header(*file, "ETag"))) return finish(not_modified(std::move(*file)));
  if (!accepts_gzip(request.accept_encoding)) return finish(std::move(*file));
  auto tag = *header(*file, "ETag");
  auto key = "file " + tag;
  if (auto kept = cache_.find(key, tag)) return finish(std::move(*kept));
  compress(*file);
  cache_.keep(key, tag, *file);
  return finish(std::move(*file));
}

}  // namespace rapport
