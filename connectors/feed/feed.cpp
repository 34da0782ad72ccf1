#include "connectors/feed/feed.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/text.h"
#include "connectors/feed/live.h"
#include "connectors/feed/parse.h"
#include "connectors/saved_files.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "url", .help = "The address of a feed or of a list of feeds (OPML); or a file, folder or archive of feeds, or a file that is such a list.",
     .example = "https://blog.example.org/feed.xml", .required = true, .path = true},
    {.name = "kind", .help = "What an item is: post (your own blog, podcast or channel), mention (others about you) or release (a feed of versions).",
     .example = "mention", .fallback = "post"},
};
constexpr Stream kStreams[] = {{"items", StreamKind::kIncremental}};

bool is_feed_file(std::string_view name) {
  auto ending = lower_ascii(std::filesystem::path{name}.extension().string());
  return ending == ".xml" || ending == ".rss" || ending == ".atom" || ending == ".rdf" || ending == ".opml" || ending == ".json" || ending == ".feed";
}

bool is_list_file(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  return any_saved_file(path, [](std::string_view name) { return lower_ascii(name).ends_with(".opml") || lower_ascii(name).ends_with(".xml"); }, 1,
                        [](const std::string&, std::string_view beginning) { return feed::looks_like_list(beginning); });
}

// A file among others that somebody saved.
void take_file(const std::string& name, const std::string& text, Page& page) {
  auto parsed = feed::parse_feed(text, {}, name, page);
  auto position = feed::feed_record_id(name);
  auto excerpt = repair_utf8(std::string_view{text}.substr(0, 200));
  if (parsed.what == feed::Parsed::What::kList) page.rejected.push_back({position, "a list of feeds, not a feed: add it by itself", excerpt});
  else if (parsed.what == feed::Parsed::What::kNeither) page.rejected.push_back({position, parsed.problem, excerpt});
  else if (!parsed.problem.empty()) page.rejected.push_back({feed::place_of_problem(name, parsed), "what follows here cannot be read: " + parsed.problem, excerpt});
}

class LiveFeeds : public Connector {
 public:
  LiveFeeds(std::string address, std::string list) : address_(std::move(address)), list_(std::move(list)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http& http) const override {
    return feed::read_live(address_, list_, cursor, http);
  }

 private:
  std::string address_, list_;
};

class SavedFeeds : public Connector {
 public:
  explicit SavedFeeds(fs::path path) : path_(std::move(path)) {}
  Result<std::unique_ptr<Reader>> read(std::string_view, const std::string& cursor, Http&) const override {
    return read_saved(path_, cursor, is_feed_file, take_file);
  }

 private:
  fs::path path_;
};

Result<> check_kind(const Settings& settings) {
  const auto& kind = settings.text("kind");
  if (kind == "post" || kind == "mention" || kind == "release") return {};
  return fail(Error::Kind::kBadInput, fmt::format("`kind` is \"{}\"", printable(kind)), "it may be \"post\", \"mention\" or \"release\"");
}

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  TRY(check_kind(settings));
  const auto& url = settings.text("url");
  if (is_web_address(url)) return std::unique_ptr<Connector>{std::make_unique<LiveFeeds>(url, std::string{})};
  std::error_code ignored;
  if (!fs::exists(url, ignored))
    return fail(Error::Kind::kNotFound, fmt::format("there is no {}", printable(url)), "check `url` of this source: an address with https://, or a saved feed");
  if (is_list_file(url)) return std::unique_ptr<Connector>{std::make_unique<LiveFeeds>(url, TRY(read_file(url, 64u << 20)))};
  return std::unique_ptr<Connector>{std::make_unique<SavedFeeds>(url)};
}

Result<std::string> make_model(const Settings& settings) {
  TRY(check_kind(settings));
  return fmt::format("SET VARIABLE feed_kind = {};\n{}", sql_quoted(settings.text("kind")), embedded_file(embedded_connectors(), "feed/model.sql"));
}

// An address that is spelt like those of feeds.
int confidence_of_address(std::string_view url) {
  auto lower = lower_ascii(url);
  auto rest = std::string_view{lower}.substr(lower.find("://") + 3);
  auto path = rest.substr(std::min(rest.size(), rest.find('/')));
  path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  for (std::string_view ending : {".rss", ".atom", ".rdf", ".opml", "/feed.xml", "/rss.xml", "/atom.xml", "/feed.json", "/index.xml", "/feed", "/rss", "/atom"})
    if (path.ends_with(ending)) return 85;
  return path.ends_with(".xml") ? 50 : rest.starts_with("feeds.") ? 60 : 0;
}

Recognised recognise(std::string_view what) {
  Recognised found{0, {}, {}, {{"url", std::string{what}}}};
  if (is_web_address(what)) {
    found.confidence = confidence_of_address(what);
    found.understood = "a feed";
    auto host = what.substr(what.find("://") + 3);
    found.name = std::string{host.substr(0, host.find_first_of("/:?#"))};
    return found;
  }
  fs::path path{what};
  if (is_list_file(path)) {
    found.confidence = 90;
    found.understood = "a list of feeds";
  } else if (any_saved_file(path, is_feed_file, 5, [](const std::string&, std::string_view beginning) { return feed::looks_like_feed(beginning); })) {
    found.confidence = 90;
    found.understood = "saved feeds";
  }
  found.name = saved_name(path);
  return found;
}

}  // namespace

const ConnectorEntry kFeedConnector{
    .info = {.name = "feed",
             .summary = "posts, episodes or mentions from RSS, Atom and JSON feeds, and lists of them (OPML)",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "feed/model.sql")},
    .make_model = make_model,
    .open = open,
    .recognise = recognise};

}  // namespace rapport
