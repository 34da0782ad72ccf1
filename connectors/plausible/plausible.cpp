#include "connectors/plausible/plausible.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.h"
#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"
#include "connectors/saved_files.h"
#include "connectors/web_days.h"

namespace rapport {
namespace {

constexpr std::int64_t kRowsPerAsk = 1000;
constexpr std::string_view kDirect = "Direct / None";
constexpr std::string_view kNotSet = "(not set)";

constexpr Setting kSettings[] = {
    {.name = "site", .help = "The site, as Plausible calls it: its domain.", .example = "docs.example.org", .required = true},
    {.name = "token", .help = "An API key (Settings, API keys).", .example = "$PLAUSIBLE_TOKEN", .required = true, .secret = true},
    {.name = "url", .help = "Where Plausible is.", .example = "https://plausible.example.org", .fallback = "https://plausible.io"},
    {.name = "look_back_days", .help = "How many days before the last one each sync reads again, because their counts may still grow.", .example = "7", .fallback = "3"},
};
constexpr Stream kStreams[] = {{kVisitsStream, StreamKind::kIncremental}, {kViewsStream, StreamKind::kIncremental}};

struct Plan {
  std::string url, site, token;
  std::chrono::seconds look_back{0};
};

struct Question {
  std::vector<std::string_view> metrics, dimensions;
  std::string date_range;  // JSON
  std::int64_t limit = kRowsPerAsk, offset = 0;
};

// https://plausible.io/docs/stats-api
Result<JsonAnswer> ask(const Plan& plan, Http& http, const Question& question) {
  auto list = [](JsonWriter& json, const std::vector<std::string_view>& words) {
    json.begin_array();
    for (auto word : words) json.value(word);
    json.end_array();
  };
  JsonWriter body;
  body.begin_object().key("site_id").value(plan.site).key("metrics");
  list(body, question.metrics);
  body.key("date_range").raw(question.date_range).key("dimensions");
  list(body, question.dimensions);
  body.key("order_by").begin_array();  // pages of a list need an order
  for (auto dimension : question.dimensions) body.begin_array().value(dimension).value("asc").end_array();
  body.end_array().key("pagination").begin_object().key("limit").value(question.limit).key("offset").value(question.offset).end_object().end_object();
  JsonApi api{"Plausible at " + plan.url, {{"Accept", "application/json"}, {"Authorization", "Bearer " + plan.token}},
              "check that the key in `token` is still valid and belongs to somebody who may see this site, and that the plan includes the Stats API",
              "check `url`; a server of your own must be new enough for the Stats API v2"};
  api.explain = [](const HttpResponse& response, Error& error) {  // {"error": "…"}
    JsonDocument document;
    auto root = document.parse(response.body);
    if (!root || !(*root)["error"].is_string()) return;
    error.what += ": " + elide(printable((*root)["error"].text()), 200);
    if (response.status == 400) error.fix = "check `site`; a server of your own must be new enough for the Stats API v2";
  };
  auto answer = TRY(post_json(api, http, plan.url + "/api/v2/query", std::move(body).text()));
  if (!answer.root["results"].is_array()) return fail(Error::Kind::kUpstream, fmt::format("{} sent no results", plan.url), "check `url`: the address of Plausible");
  return answer;
}

Result<std::optional<Day>> first_day(const Plan& plan, Http& http) {
  auto answer = TRY(ask(plan, http, {{"visits"}, {"time:day"}, "\"all\"", 1, 0}));
  auto rows = answer.root["results"].items();
  if (rows.empty()) return std::optional<Day>{};
  auto dimensions = rows[0]["dimensions"].items();
  return std::optional<Day>{TRY(parse_day(dimensions.empty() ? std::string_view{} : dimensions[0].text()).in("the first day that Plausible has"))};
}

Result<DaysAnswer> read_rows(const Plan& plan, Http& http, bool views, const DaysAsk& days) {
  std::int64_t offset = 0;
  std::from_chars(days.token.data(), days.token.data() + days.token.size(), offset);
  Question question;
  question.metrics = views ? std::vector<std::string_view>{"pageviews", "visitors"} : std::vector<std::string_view>{"visits", "visitors"};
  question.dimensions = views ? std::vector<std::string_view>{"time:day", "event:hostname", "event:page"} : std::vector<std::string_view>{"time:day", "visit:source"};
  question.date_range = fmt::format("[\"{}\",\"{}\"]", format_day(days.from), format_day(days.to));
  question.offset = offset;
  auto answer = TRY(ask(plan, http, question));
  DaysAnswer out;
  std::int64_t count = 0;
  for (const auto& row : answer.root["results"].items()) {
    ++count;
    auto metrics = row["metrics"].items();
    auto dimensions = row["dimensions"].items();
    bool good = metrics.size() == question.metrics.size() && dimensions.size() == question.dimensions.size() && parse_day(dimensions[0].text()) && metrics[0].integer();
    if (!good) {
      // Where it stands changes from reading to reading; what it is about does not.
      out.page.rejected.push_back({fmt::format("row of {}", elide(row["dimensions"].to_json(), 200)), "a row that is not a day with its counts", row.to_json().substr(0, 300)});
      continue;
    }
    std::string day{dimensions[0].text()};
    auto number = metrics[0].integer().value_or(0), visitors = metrics[1].integer().value_or(0);
    std::string what{dimensions[1].text()};
    if (what == kDirect || what == kNotSet) what.clear();
    if (views) out.page.records.push_back(record_of(ViewsOfDay{std::move(day), std::move(what), std::string{dimensions[2].text()}, number, visitors}));
    else out.page.records.push_back(record_of(VisitsOfDay{std::move(day), std::move(what), {}, {}, number, visitors}));
  }
  if (count == question.limit) out.token = fmt::to_string(offset + count);
  return out;
}

class PlausibleConnector : public Connector {
 public:
  explicit PlausibleConnector(Plan plan) : plan_(std::move(plan)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    return read_days(cursor, std::chrono::floor<std::chrono::days>(now()), plan_.look_back, [plan = plan_, &http] { return first_day(plan, http); },
                     [plan = plan_, views = stream == kViewsStream, &http](const DaysAsk& days) { return read_rows(plan, http, views, days); });
  }

 private:
  Plan plan_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Plan plan{settings.text("url"), settings.text("site"), settings.text("token"), TRY(look_back_of(settings))};
  while (plan.url.ends_with('/')) plan.url.pop_back();
  if (!is_web_address(plan.url)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(plan.url)), "it begins with https://");
  return std::unique_ptr<Connector>{std::make_unique<PlausibleConnector>(std::move(plan))};
}

Result<std::string> make_model(const Settings& settings) { return web_days_model(settings.text("site")); }

// "plausible:docs.example.org"; the address of a dashboard, whose path is the site.
Recognised recognise(std::string_view what) {
  std::string_view site, server;
  if (starts_with_ignoring_case(what, "plausible:") && what.find("://") == std::string_view::npos) {
    site = what.substr(10);
  } else if (is_web_address(what)) {
    auto host = host_of_address(what);
    auto slash = what.find('/', what.find("://") + 3);
    if (slash == std::string_view::npos || (host != "plausible.io" && !host.starts_with("plausible."))) return {};
    if (host != "plausible.io") server = what.substr(0, slash);
    site = what.substr(slash + 1);
    if (site.starts_with("share/")) site.remove_prefix(6);
    site = site.substr(0, site.find_first_of("/?#"));
  }
  bool good = site.find('.') != std::string_view::npos && !site.ends_with('.') &&
              std::all_of(site.begin(), site.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_'; });
  if (!good) return {};
  Recognised found{90, fmt::format("visits of {}, counted by Plausible", site), fmt::format("{}-visits", site), {{"site", std::string{site}}, {"token", "$PLAUSIBLE_TOKEN"}}};
  if (!server.empty()) found.settings.emplace_back("url", server);
  return found;
}

}  // namespace

const ConnectorEntry kPlausibleConnector{
    .info = {.name = "plausible",
             .summary = "visits by source and page views by day, counted by Plausible",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = {}},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
