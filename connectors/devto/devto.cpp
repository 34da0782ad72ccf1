#include "connectors/devto/devto.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/devto/forem.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "tags", .help = "Articles with one of these tags.", .example = "kelvane, larksdk"},
    {.name = "users", .help = "Articles of these writers.", .example = "ana, bo"},
    {.name = "organizations", .help = "Articles that these organizations published.", .example = "kelvane"},
    {.name = "kind", .help = "What an article is: post (your own) or mention (somebody wrote about you). Without it, mention under a tag, post of users and organizations.",
     .example = "mention"},
    {.name = "api_key", .help = "Only for a Forem that shows itself to members only.", .example = "$FOREM_KEY", .secret = true},
    {.name = "look_back_days", .help = "How far back each sync reads again for new comments, reactions and edits.", .example = "60", .fallback = "30"},
    {.name = "url", .help = "The Forem's address.", .example = "https://community.example", .fallback = "https://dev.to"},
};
constexpr Stream kStreams[] = {{"articles", StreamKind::kIncremental}};

class DevtoConnector : public Connector {
 public:
  DevtoConnector(devto::Forem forem, std::vector<std::string> lists) : forem_(std::move(forem)), lists_(std::move(lists)) {}

  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return one_after_another(lists_, cursor, [this, &http](const std::string& list, std::string own) {
      bool tag = list.starts_with("tag ");
      return devto::read_articles(forem_, tag ? devto::ListOf::kTag : devto::ListOf::kWriter, list.substr(list.find(' ') + 1), std::move(own), http);
    });
  }

 private:
  devto::Forem forem_;
  std::vector<std::string> lists_;  // "tag kelvane", "writer ana"
};

// With a scheme and without a slash at the end.
std::string address_of(const Settings& settings) {
  auto url = settings.text("url");
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  std::vector<std::string> lists;
  for (const auto& tag : listed(settings.text("tags"))) lists.push_back("tag " + (tag.starts_with('#') ? tag.substr(1) : tag));
  for (const auto& name : listed(settings.text("users") + "," + settings.text("organizations"))) lists.push_back("writer " + (name.starts_with('@') ? name.substr(1) : name));
  if (lists.empty()) return fail(Error::Kind::kBadInput, "none of `tags`, `users` and `organizations` is set", "set tags = \"your-project\"");
  const auto& kind = settings.text("kind");
  if (!kind.empty() && kind != "post" && kind != "mention") return fail(Error::Kind::kBadInput, fmt::format("`kind` is \"{}\"", printable(kind)), "it may be \"post\" or \"mention\"");
  devto::Forem forem;
  forem.base = address_of(settings);
  forem.calls.site = fmt::format("the Forem at {}", printable(forem.base));
  forem.calls.headers = {{"Accept", "application/vnd.forem.api-v1+json"}};
  if (settings.has("api_key")) forem.calls.headers.emplace_back("api-key", settings.text("api_key"));
  forem.calls.auth_fix = "this Forem wants a key: make one in its settings under Extensions and set api_key = \"$NAME_OF_A_VARIABLE\"";
  forem.calls.address_fix = "check that `url` is the front page of a Forem, such as https://dev.to";
  forem.look_back = TRY(look_back(settings));
  return std::unique_ptr<Connector>{std::make_unique<DevtoConnector>(std::move(forem), std::move(lists))};
}

Result<std::string> make_model(const Settings& settings) {
  auto kind = settings.text("kind");
  if (kind.empty()) kind = settings.has("tags") && !settings.has("users") && !settings.has("organizations") ? "mention" : "post";
  return fmt::format("SET VARIABLE forem_kind = {}; SET VARIABLE forem_url = {};\n{}", sql_quoted(kind), sql_quoted(address_of(settings)),
                     embedded_file(embedded_connectors(), "devto/model.sql"));
}

// "https://dev.to/t/kelvane", "https://dev.to/ana".
Recognised recognise(std::string_view what) {
  constexpr std::string_view kSite = "https://dev.to/";
  if (!starts_with_ignoring_case(what, kSite)) return {};
  auto rest = what.substr(kSite.size());
  bool tag = rest.starts_with("t/");
  if (tag) rest = rest.substr(2);
  auto name = percent_decoded(rest.substr(0, rest.find_first_of("/?#")));
  if (name.empty()) return {};
  return {95, tag ? fmt::format("articles tagged {} on DEV", name) : fmt::format("articles of {} on DEV", name), "devto-" + name, {{tag ? "tags" : "users", name}}};
}

}  // namespace

const ConnectorEntry kDevtoConnector{
    .info = {.name = "devto",
             .summary = "articles and comments on DEV or another Forem: by tag, writer or organization",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "devto/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
