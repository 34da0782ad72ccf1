#include "connectors/accesslog/names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace rapport::accesslog {
namespace {

struct KnownProgram {
  std::string_view part;  // of the agent, in lower case
  std::string_view name;
  std::string_view kind = "bot";
};
// Looked at in order. Only those whose names do not follow from the rules below, or that should have a better one.
constexpr KnownProgram kPrograms[] = {
    {"chatgpt-user", "ChatGPT", "agent"}, {"claude-user", "Claude", "agent"}, {"perplexity-user", "Perplexity", "agent"}, {"mistralai-user", "Mistral", "agent"},
    {"googleother", "GoogleOther"}, {"google-inspectiontool", "Google-InspectionTool"}, {"mediapartners-google", "Google AdSense"}, {"adsbot-google", "Google Ads"},
    {"feedfetcher-google", "Google Feedfetcher"}, {"apis-google", "Google APIs"}, {"google favicon", "Google Favicon"}, {"yahoo! slurp", "Yahoo Slurp"},
    {"facebookexternalhit", "Facebook link preview"}, {"meta-externalagent", "Meta AI"}, {"whatsapp/", "WhatsApp link preview"}, {"embedly", "Embedly"},
    {"bytespider", "Bytespider"}, {"baiduspider", "Baiduspider"}, {"ia_archiver", "Internet Archive"}, {"archive.org_bot", "Internet Archive"},
    {"pingdom", "Pingdom"}, {"uptimerobot", "UptimeRobot"}, {"headlesschrome", "headless Chrome"}, {"phantomjs", "PhantomJS"}, {"lighthouse", "Lighthouse"},
    {"w3c_validator", "W3C validator"}, {"feedburner", "FeedBurner"}, {"feedly", "Feedly"}, {"inoreader", "Inoreader"}, {"newsblur", "NewsBlur"},
    {"tiny tiny rss", "Tiny Tiny RSS"}, {"netnewswire", "NetNewsWire"}, {"bitlybot", "Bitly"}, {"mastodon/", "Mastodon"}, {"python-requests", "python-requests"},
    {"go-http-client", "Go"}, {"apache-httpclient", "Apache HttpClient"}, {"okhttp", "OkHttp"}, {"libwww-perl", "libwww-perl"}, {"sitesucker", "SiteSucker"},
    {"httrack", "HTTrack"}, {"scrapy", "Scrapy"}, {"zgrab", "zgrab"}, {"masscan", "masscan"}, {"nmap", "Nmap"}, {"nikto", "Nikto"}, {"sqlmap", "sqlmap"},
};
constexpr std::string_view kTraits[] = {"bot", "crawl", "spider", "scrape", "slurp", "archiver", "monitor", "validator", "linkcheck", "link check", "preview", "fetcher", "feedparser", "rss"};

struct KnownSite {
  std::string_view host;  // itself or the end of it after a dot; "google." matches any country
  std::string_view name, medium;
};
constexpr KnownSite kSites[] = {
    {"mail.google.com", "Gmail", "mail"}, {"groups.google.com", "Google Groups", "forum"}, {"gemini.google.com", "Gemini", "assistant"},
    {"news.google.com", "Google News", "news"}, {"google.", "Google", "search"}, {"bing.com", "Bing", "search"}, {"duckduckgo.com", "DuckDuckGo", "search"},
    {"mail.yahoo.com", "Yahoo Mail", "mail"}, {"search.yahoo.com", "Yahoo", "search"}, {"yahoo.com", "Yahoo", "search"}, {"yandex.", "Yandex", "search"},
    {"baidu.com", "Baidu", "search"}, {"ecosia.org", "Ecosia", "search"}, {"startpage.com", "Startpage", "search"}, {"search.brave.com", "Brave Search", "search"},
    {"kagi.com", "Kagi", "search"}, {"qwant.com", "Qwant", "search"}, {"seznam.cz", "Seznam", "search"}, {"naver.com", "Naver", "search"}, {"ask.com", "Ask", "search"},
    {"chatgpt.com", "ChatGPT", "assistant"}, {"chat.openai.com", "ChatGPT", "assistant"}, {"claude.ai", "Claude", "assistant"}, {"perplexity.ai", "Perplexity", "assistant"},
    {"copilot.microsoft.com", "Copilot", "assistant"}, {"phind.com", "Phind", "assistant"},
    {"gist.github.com", "GitHub", "code"}, {"github.com", "GitHub", "code"}, {"github.io", "GitHub Pages", "code"}, {"gitlab.com", "GitLab", "code"}, {"codeberg.org", "Codeberg", "code"},
    {"bitbucket.org", "Bitbucket", "code"}, {"sourceforge.net", "SourceForge", "code"}, {"npmjs.com", "npm", "code"}, {"pypi.org", "PyPI", "code"},
    {"crates.io", "crates.io", "code"}, {"stackoverflow.com", "Stack Overflow", "forum"}, {"stackexchange.com", "Stack Exchange", "forum"},
    {"serverfault.com", "Server Fault", "forum"}, {"superuser.com", "Super User", "forum"}, {"askubuntu.com", "Ask Ubuntu", "forum"},
    {"news.ycombinator.com", "Hacker News", "forum"}, {"reddit.com", "Reddit", "forum"}, {"lobste.rs", "Lobsters", "forum"}, {"quora.com", "Quora", "forum"},
    {"discord.com", "Discord", "forum"}, {"slack.com", "Slack", "forum"}, {"t.co", "X", "social"}, {"twitter.com", "X", "social"}, {"x.com", "X", "social"},
    {"facebook.com", "Facebook", "social"}, {"instagram.com", "Instagram", "social"}, {"threads.net", "Threads", "social"}, {"linkedin.com", "LinkedIn", "social"},
    {"lnkd.in", "LinkedIn", "social"}, {"bsky.app", "Bluesky", "social"}, {"mastodon.social", "Mastodon", "social"}, {"fosstodon.org", "Mastodon", "social"},
    {"hachyderm.io", "Mastodon", "social"}, {"youtube.com", "YouTube", "social"}, {"youtu.be", "YouTube", "social"}, {"pinterest.com", "Pinterest", "social"},
    {"tumblr.com", "Tumblr", "social"}, {"vk.com", "VK", "social"}, {"weibo.com", "Weibo", "social"}, {"telegram.org", "Telegram", "social"}, {"t.me", "Telegram", "social"},
    {"dev.to", "DEV", "news"}, {"medium.com", "Medium", "news"}, {"hashnode.com", "Hashnode", "news"}, {"substack.com", "Substack", "news"}, {"dzone.com", "DZone", "news"},
    {"infoq.com", "InfoQ", "news"}, {"slashdot.org", "Slashdot", "news"}, {"wikipedia.org", "Wikipedia", "link"}, {"outlook.live.com", "Outlook", "mail"},
};

bool matches(std::string_view host, const KnownSite& site) {
  if (site.host.ends_with('.')) {  // "google.de", "www.google.co.uk"
    auto found = host.find(site.host);
    return found != std::string_view::npos && (found == 0 || host[found - 1] == '.') && host.size() - found - site.host.size() <= 6;
  }
  return host == site.host || (host.size() > site.host.size() && host.ends_with(site.host) && host[host.size() - site.host.size() - 1] == '.');
}

std::string_view without_www(std::string_view host) { return host.starts_with("www.") ? host.substr(4) : host; }

std::string_view extension_of(std::string_view path) {
  auto name = path.substr(path.rfind('/') + 1);
  auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Program program_of(std::string_view agent) {
  if (agent.empty()) return {"unnamed program", "bot"};
  auto lower = lower_ascii(agent);
  for (const auto& known : kPrograms)
    if (lower.find(known.part) != std::string::npos) return {std::string{known.name}, known.kind};
  std::size_t trait = std::string::npos;
  for (auto part : kTraits) trait = std::min(trait, lower.find(part));
  // "Cubot" makes telephones.
  if (trait != std::string::npos && trait >= 2 && lower.compare(trait - 2, 5, "cubot") == 0) trait = std::string::npos;
  bool browser = lower.starts_with("mozilla/") || lower.starts_with("opera/");
  if (trait == std::string::npos && browser) return {};
  // The word that gave it away, or the first: "Mozilla/5.0 (compatible; bingbot/2.0; …)" is "bingbot".
  auto begin = trait == std::string::npos ? 0 : trait;
  while (begin > 0 && (std::isalnum(static_cast<unsigned char>(lower[begin - 1])) || lower[begin - 1] == '-' || lower[begin - 1] == '_' || lower[begin - 1] == '.')) --begin;
  auto end = begin;
  while (end < agent.size() && std::string_view{"/;,() \t"}.find(agent[end]) == std::string_view::npos) ++end;
  auto name = agent.substr(begin, std::min<std::size_t>(end - begin, 40));
  return {name.empty() ? "unnamed program" : repair_utf8(name), "bot"};
}

Referrer referrer_of(std::string_view url, std::string_view host, std::string_view own_hosts) {
  auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  auto rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  auto from = lower_ascii(rest.substr(0, rest.find(':')));
  auto short_name = without_www(from);
  if (short_name.empty() || short_name.size() > 253 || short_name == without_www(host)) return {};
  for (auto own : split(own_hosts, ','))
    if (short_name == without_www(trim(own))) return {};
  for (const auto& site : kSites)
    if (matches(from, site)) return {std::string{site.name}, site.medium};
  return {std::string{short_name}, "link"};
}

std::string campaign_of(std::string_view query) {
  if (query.find("utm_") == std::string_view::npos) return {};
  std::string source, medium, campaign;
  for (auto part : split(query, '&')) {
    auto value = [&] { return percent_decoded(replace_all(part.substr(part.find('=') + 1).substr(0, 100), "+", " ")); };
    if (part.starts_with("utm_source=")) source = value();
    else if (part.starts_with("utm_medium=")) medium = value();
    else if (part.starts_with("utm_campaign=")) campaign = value();
  }
  return source.empty() && campaign.empty() ? std::string{} : source + " / " + medium + " / " + campaign;
}

Kind kind_of_path(std::string_view path) {
  static constexpr auto kAssets = std::to_array<std::string_view>({"css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "woff", "woff2", "ttf",
                                                                   "otf", "eot", "mp4", "webm", "mp3", "ogg", "wasm", "webmanifest", "bmp", "cur", "swf"});
  static constexpr auto kDownloads = std::to_array<std::string_view>({"zip", "gz", "tgz", "xz", "bz2", "zst", "tar", "7z", "rar", "exe", "msi", "dmg", "pkg", "deb", "rpm",
                                                                      "apk", "jar", "whl", "iso", "pdf", "epub", "mobi", "appimage", "gem", "nupkg"});
  static constexpr auto kFeeds = std::to_array<std::string_view>({"rss", "atom", "rss2", "rdf"});
  auto lower = lower_ascii(path);
  auto extension = extension_of(lower);
  if (is_one_of(extension, kAssets) || lower.ends_with("/robots.txt")) return Kind::kAsset;
  if (is_one_of(extension, kDownloads)) return Kind::kDownload;
  while (lower.ends_with('/')) lower.pop_back();
  if (is_one_of(extension, kFeeds) || lower.ends_with("/feed") || lower.ends_with("/rss") || lower.ends_with("/atom") || extension == "xml") return Kind::kFeed;
  return Kind::kPage;
}

}  // namespace rapport::accesslog
