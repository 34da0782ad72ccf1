// The table of routes. To add one: its path and schema in schema/api.json, a handler in the file of its resource, its
// declaration and its line here. tests/http asks every route of the schema and compares.
#include "server/routes.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace rapport {

Result<Answer> answer_status(const Request&, Engine&, const Site&);
Result<Answer> answer_metrics(const Request&, Engine&, const Site&);
Result<Answer> answer_metric(const Request&, Engine&, const Site&);
Result<Answer> answer_metric_csv(const Request&, Engine&, const Site&);
Result<Answer> answer_evidence(const Request&, Engine&, const Site&);
Result<Answer> answer_filters(const Request&, Engine&, const Site&);
Result<Answer> answer_community(const Request&, Engine&, const Site&);
Result<Answer> answer_rejected(const Request&, Engine&, const Site&);
Result<Answer> answer_connectors(const Request&, Engine&, const Site&);
Result<Answer> answer_sources(const Request&, Engine&, const Site&);

namespace {

constexpr std::array kWindow = std::to_array<std::string_view>({"from", "to", "grain", "who"});
constexpr std::array kPoint = std::to_array<std::string_view>({"at", "grain", "segment", "limit", "offset", "who"});
constexpr std::array kPeriod = std::to_array<std::string_view>({"at", "grain", "who"});
constexpr std::array kPage = std::to_array<std::string_view>({"source", "limit", "offset"});
constexpr std::array kFilters = std::to_array<std::string_view>({"source", "place", "organization"});

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/status", {}, {}, answer_status},
    {"GET", "/api/v1/metrics", {}, {}, answer_metrics},
    {"GET", "/api/v1/metrics/{name}", kWindow, kFilters, answer_metric},
    {"GET", "/api/v1/metrics/{name}/evidence", kPoint, kFilters, answer_evidence},
    {"GET", "/api/v1/metrics/{name}/csv", kWindow, kFilters, answer_metric_csv},
    {"GET", "/api/v1/filters", {}, {}, answer_filters},
    {"GET", "/api/v1/community", kPeriod, kFilters, answer_community},
    {"GET", "/api/v1/rejected", kPage, {}, answer_rejected},
    {"GET", "/api/v1/connectors", {}, {}, answer_connectors},
    {"GET", "/api/v1/sources", {}, {}, answer_sources},
    {"GET", "/api/v1/changes", {}, {}, nullptr},
};

// Whether `path` is one of `pattern`; `name` is then what {name} stands for.
bool matches(std::string_view pattern, std::string_view path, std::string& name) {
  auto wanted = split(pattern, '/'), given = split(path, '/');
  if (wanted.size() != given.size()) return false;
  std::string found;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "{name}" && !given[i].empty()) found = given[i];
    else if (wanted[i] != given[i]) return false;
  }
  name = found;
  return true;
}

// Never so many buckets that an answer becomes a burden.
constexpr std::ptrdiff_t kMostBuckets = 10'000;

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Result<const Route*> find_route(Request& request) {
  std::vector<std::string> paths;
  for (const auto& route : kRoutes) {
    paths.emplace_back(route.path);
    if (!matches(route.path, request.path, request.name)) continue;
    TRY(check_parameters(request, route.once, route.again));
    return &route;
  }
  auto near = did_you_mean(request.path, paths);
  return fail(Error::Kind::kNotFound, fmt::format("no such address: {}", elide(printable(request.path), 100)),
              near.empty() ? "schema/api.json lists the addresses" : fmt::format("did you mean {}?", near));
}

Result<Filter> filter_of(const Request& request) {
  Filter filter{request.parameters_called("source"), request.parameters_called("place"), request.parameters_called("organization"), {}};
  if (auto who = request.parameter("who")) filter.who = TRY(parse_who(*who).in("parameter who"));
  return filter;
}

Result<Grain> grain_of(const Request& request) { return parse_grain(request.parameter("grain").value_or("month")).in("parameter grain"); }

Result<Window> window_of(const Request& request, Engine& store) {
  Window window;
  window.grain = TRY(grain_of(request));
  auto from = request.parameter("from"), to = request.parameter("to");
  if (from) window.from = TRY(parse_day(*from).in("parameter from"));
  if (to) window.to = TRY(parse_day(*to).in("parameter to"));
  if (!from || !to) {
    auto span = TRY(data_span(store));
    if (!span) return fail(Error::Kind::kNotFound, "nothing was collected yet", "run `rapport add WHAT`, then `rapport sync`");
    if (!from) window.from = span->first;
    if (!to) window.to = span->last + std::chrono::days{1};
  }
  if (window.from >= window.to)
    return fail(Error::Kind::kBadInput, fmt::format("the window from {} to {} is empty", format_day(window.from), format_day(window.to)),
                "`to` is the day after the last one counted");
  std::ptrdiff_t buckets = 0;
  window.from = bucket_start(window.from, window.grain);
  Day end = window.from;
  for (; end < window.to && buckets <= kMostBuckets; ++buckets) end = next_bucket(end, window.grain);
  if (buckets > kMostBuckets)
    return fail(Error::Kind::kBadInput, fmt::format("more than {} buckets", kMostBuckets), "choose a shorter window or a coarser grain");
  window.to = end;
  return window;
}

std::string safe_link(std::string_view url) {
  bool web = starts_with_ignoring_case(url, "https://") || starts_with_ignoring_case(url, "http://");
  return web ? std::string{url} : std::string{};
}

}  // namespace rapport
