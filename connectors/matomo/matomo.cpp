#include "connectors/matomo/matomo.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"
#include "connectors/saved_files.h"
#include "connectors/web_days.h"

namespace rapport {
namespace {

constexpr std::int64_t kRowsPerAsk = 1000;

constexpr Setting kSettings[] = {
    {.name = "url", .help = "Where Matomo is.", .example = "https://stats.example.org", .required = true},
    {.name = "site", .help = "The number of the site (idSite).", .example = "1", .required = true},
    {.name = "token", .help = "An authentication token with the right to view the site (Settings, Security).", .example = "$MATOMO_TOKEN", .secret = true},
    {.name = "since", .help = "The first day to read; without it the day on which the site was added to Matomo.", .example = "2024-01-01"},
    {.name = "look_back_days", .help = "How many days before the last one each sync reads again, because their counts may still grow.", .example = "7", .fallback = "3"},
};
constexpr Stream kStreams[] = {{kVisitsStream, StreamKind::kIncremental}, {kViewsStream, StreamKind::kIncremental}};

struct Plan {
  std::string url, site, token;
  std::optional<Day> since;
  std::chrono::seconds look_back{0};
};

// The kinds of origin that a visit has one of, and the report that names those of a kind.
struct Origin {
  std::int64_t type;  // Matomo's number of it
  std::string_view segment, medium;
  const char* report;  // null = they have no names
};
constexpr Origin kOrigins[] = {
    {1, "referrerType==direct", "", nullptr},
    {2, "referrerType==search", "search", "Referrers.getSearchEngines"},
    {3, "referrerType==website", "link", "Referrers.getWebsites"},
    {6, "referrerType==campaign", "campaign", "Referrers.getCampaigns"},
    {7, "referrerType==social", "social", "Referrers.getSocials"},
};

// A call of the API. All goes into the body, so that the token is in no address and in no log of one.
// https://developer.matomo.org/api-reference/reporting-api
Result<JsonAnswer> call(const Plan& plan, Http& http, std::string_view method, const std::vector<std::pair<std::string_view, std::string>>& parameters) {
  auto body = fmt::format("module=API&method={}&format=JSON&idSite={}", method, percent_encoded(plan.site));
  for (const auto& [name, value] : parameters) body += fmt::format("&{}={}", name, percent_encoded(value));
  if (!plan.token.empty()) body += "&token_auth=" + percent_encoded(plan.token);
  std::string auth_fix = plan.token.empty() ? "this site is not public: set token = \"$NAME_OF_A_VARIABLE\" with a token that may view it"
                                            : "check that the token in `token` is still valid and may view this site";
  JsonApi api{"Matomo at " + plan.url, {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}}, auth_fix, "check `url`: the address of Matomo, without index.php"};
  auto answer = TRY(ask_json(api, http, {"POST", plan.url + "/index.php", api.headers, std::move(body)}));
  if (answer.root["result"].text() != "error") return answer;
  // It answers 200 and says in words what is wrong.
  auto message = answer.root["message"].text();
  auto lower = lower_ascii(message);
  bool access = lower.find("access") != std::string::npos || lower.find("token") != std::string::npos || lower.find("permission") != std::string::npos;
  return fail(access ? Error::Kind::kAuth : Error::Kind::kUpstream, fmt::format("{} refuses {}: {}", plan.url, method, elide(printable(message), 200)),
              access ? auth_fix : "check `site`, and that this Matomo has the report");
}

// Rows of a report by day.
Result<JsonAnswer> report(const Plan& plan, Http& http, const char* method, const DaysAsk& days, std::vector<std::pair<std::string_view, std::string>> more) {
  std::vector<std::pair<std::string_view, std::string>> parameters{{"period", "day"}, {"date", format_day(days.from) + "," + format_day(days.to)}};
  parameters.insert(parameters.end(), more.begin(), more.end());
  auto answer = TRY(call(plan, http, method, parameters));
  if (!answer.root.is_object() && !(answer.root.is_array() && answer.root.items().empty()))
    return fail(Error::Kind::kUpstream, fmt::format("{} of {} is not by day", method, plan.url), "check `url`: the address of Matomo");
  return answer;
}

Result<std::optional<Day>> first_day(const Plan& plan, Http& http) {
  if (plan.since) return plan.since;
  auto answer = TRY(call(plan, http, "SitesManager.getSiteFromId", {}));
  auto site = answer.root.is_array() && !answer.root.items().empty() ? answer.root.items()[0] : answer.root;
  auto created = parse_day(site["ts_created"].text().substr(0, 10));
  if (!created) return fail(Error::Kind::kUpstream, fmt::format("{} does not say since when site {} is counted", plan.url, printable(plan.site)), "set since = \"2024-01-01\", the first day to read");
  return std::optional<Day>{*created};
}

const Origin* origin_of(const JsonValue& row) {
  auto type = row["referrer_type"].integer();
  for (const auto& origin : kOrigins)
    if (type == origin.type || row["segment"].text() == origin.segment) return &origin;
  return nullptr;
}

// A row into counts; false, and a rejection, if it is none.
bool is_row(std::string_view method, std::string_view day, const JsonValue& row, std::string_view count, Page& page) {
  if (parse_day(day) && row["label"].is_string() && row[count].integer()) return true;
  page.rejected.push_back({fmt::format("{} of {}, {}", method, printable(day), elide(printable(row["label"].text("without a label")), 200)), "a row without a day, a label or " + std::string{count}, row.to_json().substr(0, 300)});
  return false;
}

// Visits by kind of origin add up to the visits of the day; those of a kind are told apart by name as far as its report goes, and
// what that leaves is a row without a name.
Result<DaysAnswer> read_visits(const Plan& plan, Http& http, const DaysAsk& days) {
  DaysAnswer out;
  auto kinds = TRY(report(plan, http, "Referrers.getReferrerType", days, {{"filter_limit", "-1"}}));
  std::map<std::pair<std::string, std::string>, VisitsOfDay> left;  // by day and medium
  std::vector<const Origin*> named;
  for (const auto& [day, rows] : kinds.root.members())
    for (const auto& row : rows.items()) {
      if (!is_row("Referrers.getReferrerType", day, row, "nb_visits", out.page)) continue;
      const auto* origin = origin_of(row);
      std::string medium{origin != nullptr ? std::string{origin->medium} : lower_ascii(row["label"].text())};
      left[{std::string{day}, medium}] = {std::string{day}, {}, medium, {}, row["nb_visits"].integer().value_or(0), row["nb_uniq_visitors"].integer().value_or(0)};
      if (origin != nullptr && origin->report != nullptr && std::find(named.begin(), named.end(), origin) == named.end()) named.push_back(origin);
    }
  for (const auto* origin : named) {
    auto names = TRY(report(plan, http, origin->report, days, {{"filter_limit", "-1"}}));
    for (const auto& [day, rows] : names.root.members())
      for (const auto& row : rows.items()) {
        if (!is_row(origin->report, day, row, "nb_visits", out.page)) continue;
        auto visits = row["nb_visits"].integer().value_or(0);
        std::string name{row["label"].text()};
        bool campaign = origin->medium == "campaign";
        out.page.records.push_back(record_of(VisitsOfDay{std::string{day}, campaign ? std::string{} : name, std::string{origin->medium}, campaign ? name : std::string{}, visits,
                                                         row["nb_uniq_visitors"].integer().value_or(0)}));
        auto& rest = left[{std::string{day}, std::string{origin->medium}}];
        rest.visits = std::max<std::int64_t>(0, rest.visits - visits);
        rest.visitors = 0;  // not told of the rest
      }
  }
  for (const auto& [key, rest] : left) out.page.records.push_back(record_of(rest));  // also of zero, in place of what an earlier reading left
  return out;
}

Result<DaysAnswer> read_views(const Plan& plan, Http& http, const DaysAsk& days) {
  std::int64_t offset = 0;
  std::from_chars(days.token.data(), days.token.data() + days.token.size(), offset);
  auto answer = TRY(report(plan, http, "Actions.getPageUrls", days, {{"flat", "1"}, {"filter_limit", fmt::to_string(kRowsPerAsk)}, {"filter_offset", fmt::to_string(offset)}}));
  DaysAnswer out;
  bool more = false;
  for (const auto& [day, rows] : answer.root.members()) {
    auto items = rows.items();
    more = more || items.size() == static_cast<std::size_t>(kRowsPerAsk);  // of any day
    for (const auto& row : items) {
      if (!is_row("Actions.getPageUrls", day, row, "nb_hits", out.page)) continue;
      auto url = row["url"].text();
      std::string host = is_web_address(url) ? host_of_address(url) : std::string{};
      auto slash = host.empty() ? std::string_view::npos : url.find('/', url.find("://") + 3);
      std::string page{slash == std::string_view::npos ? row["label"].text() : url.substr(slash)};
      out.page.records.push_back(record_of(ViewsOfDay{std::string{day}, std::move(host), std::move(page), row["nb_hits"].integer().value_or(0), row["nb_uniq_visitors"].integer().value_or(0)}));
    }
  }
  if (more) out.token = fmt::to_string(offset + kRowsPerAsk);
  return out;
}

class MatomoConnector : public Connector {
 public:
  explicit MatomoConnector(Plan plan) : plan_(std::move(plan)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    return read_days(cursor, std::chrono::floor<std::chrono::days>(now()), plan_.look_back, [plan = plan_, &http] { return first_day(plan, http); },
                     [plan = plan_, views = stream == kViewsStream, &http](const DaysAsk& days) { return views ? read_views(plan, http, days) : read_visits(plan, http, days); });
  }

 private:
  Plan plan_;
};

// "https://stats.example.org/matomo/index.php?module=…" -> "https://stats.example.org/matomo".
std::string base_of(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  if (url.ends_with("index.php")) url.remove_suffix(9);
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string{url};
}

bool is_number(std::string_view text) { return !text.empty() && text.size() < 10 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }); }

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  Plan plan{base_of(settings.text("url")), settings.text("site"), settings.text("token"), {}, TRY(look_back_of(settings))};
  if (!is_web_address(plan.url)) return fail(Error::Kind::kBadInput, fmt::format("`url` is {}", printable(settings.text("url"))), "it begins with https://");
  if (!is_number(plan.site)) return fail(Error::Kind::kBadInput, fmt::format("`site` is {}", printable(plan.site)), "it is the number behind idSite= in Matomo's addresses");
  if (settings.has("since")) {
    auto day = parse_day(settings.text("since"));
    if (!day) return fail(Error::Kind::kBadInput, fmt::format("`since` is {}", printable(settings.text("since"))), "write a day as 2024-01-01");
    plan.since = *day;
  }
  return std::unique_ptr<Connector>{std::make_unique<MatomoConnector>(std::move(plan))};
}

Result<std::string> make_model(const Settings&) { return web_days_model({}); }

// Addresses of its pages name the site; its servers are mostly called after what they are.
Recognised recognise(std::string_view what) {
  if (!is_web_address(what)) return {};
  auto host = host_of_address(what);
  auto at = what.find("idSite=");
  auto site = at == std::string_view::npos ? std::string_view{} : what.substr(at + 7, what.find_first_not_of("0123456789", at + 7) - at - 7);
  bool page = is_number(site) && what.find("module=") != std::string_view::npos;
  bool named = host.starts_with("matomo.") || host.starts_with("piwik.") || host.ends_with(".matomo.cloud");
  if (!page && !named) return {};
  return {page ? 88 : 75, "visits of a site, counted by Matomo", host, {{"url", base_of(what)}, {"site", is_number(site) ? std::string{site} : std::string{"1"}}, {"token", "$MATOMO_TOKEN"}}};
}

}  // namespace

const ConnectorEntry kMatomoConnector{
    .info = {.name = "matomo",
             .summary = "visits by source and page views by day, counted by Matomo",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = {}},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
