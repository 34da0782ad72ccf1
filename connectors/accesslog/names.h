// Names for what logs only spell out: programs behind user agents, sites behind referrers, files behind endings.
#pragma once

#include <string>
#include <string_view>

namespace rapport::accesslog {

struct Program {
  std::string name;        // "Googlebot"; empty = a person's browser
  std::string_view kind;   // "bot", or "agent" for one that fetches because a person just asked it to
};
// By a table of known programs, then by what such names have in common (bot, crawler, no browser's "Mozilla/").
Program program_of(std::string_view agent);

struct Referrer {
  std::string name;         // "Google"; else the host without "www."; empty = none or the site's own
  std::string_view medium;  // "search", "social", "forum", "code", "mail", "news", "assistant", "link"; empty with an empty name
};
// `own_hosts`: hosts in lower case separated by commas.
Referrer referrer_of(std::string_view url, std::string_view host, std::string_view own_hosts);

// "utm_source=news&utm_medium=mail&x=1" -> "news / mail / "; empty without utm_source and utm_campaign.
std::string campaign_of(std::string_view query);

enum class Kind { kPage, kDownload, kFeed, kAsset };
Kind kind_of_path(std::string_view path);

}  // namespace rapport::accesslog
