#include "identity/addresses.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rapport {
namespace {

// Providers where an address says nothing about an employer. Sorted.
constexpr std::array kFreeMail = std::to_array<std::string_view>({
    "126.com",     "139.com",      "163.com",        "aim.com",       "aol.com",        "arcor.de",       "bk.ru",
    "bluewin.ch",  "btinternet.com", "comcast.net",  "cox.net",       "duck.com",       "earthlink.net",  "fastmail.com",
    "fastmail.fm", "foxmail.com",  "free.fr",        "freenet.de",    "gmail.com",      "gmx.at",         "gmx.ch",
    "gmx.com",     "gmx.de",       "gmx.net",        "googlemail.com", "hey.com",       "hotmail.co.uk",  "hotmail.com",
    "hotmail.de",  "hotmail.fr",   "hushmail.com",   "icloud.com",    "inbox.com",      "inbox.ru",       "laposte.net",
    "libero.it",   "list.ru",      "live.cn",        "live.co.uk",    "live.com",       "live.fr",        "live.nl",
    "mac.com",     "mail.com",     "mail.ru",        "me.com",        "msn.com",        "naver.com",      "o2.pl",
    "online.no",   "orange.fr",    "outlook.com",    "outlook.de",    "outlook.fr",     "pm.me",          "posteo.de",
    "posteo.net",  "proton.me",    "protonmail.ch",  "protonmail.com", "qq.com",        "rambler.ru",     "rediffmail.com",
    "riseup.net",  "rocketmail.com", "seznam.cz",    "sina.com",      "sky.com",        "sohu.com",       "t-online.de",
    "tutanota.com", "ukr.net",     "users.noreply.github.com", "users.sourceforge.net", "verizon.net", "web.de", "wp.pl",
    "ya.ru",       "yahoo.ca",     "yahoo.co.in",    "yahoo.co.jp",   "yahoo.co.uk",    "yahoo.com",      "yahoo.com.br",
    "yahoo.de",    "yahoo.es",     "yahoo.fr",       "yahoo.it",      "yandex.com",     "yandex.ru",      "yeah.net",
    "ymail.com",   "zoho.com",
});

// Second-level names under which a country's organizations sit: example.co.uk, example.com.au.
constexpr std::array kSecondLevel = std::to_array<std::string_view>({"ac", "co", "com", "edu", "gov", "net", "ne", "or", "org"});

std::string_view host_of(std::string_view email) {
  auto at = email.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : email.substr(at + 1);
}

bool is_real_host(std::string_view host) {
  if (host.find('.') == std::string_view::npos || host.front() == '.' || host.back() == '.') return false;
  for (std::string_view ending : {".local", ".localdomain", ".lan", ".internal", ".home", ".invalid", ".(none)", ".localhost"})
    if (host.ends_with(ending)) return false;
  auto top = host.substr(host.rfind('.') + 1);
  return top.size() >= 2 && std::all_of(top.begin(), top.end(), [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) > 127; });
}

bool is_noreply(std::string_view local) {
  return local == "noreply" || local == "no-reply" || local == "donotreply" || local == "do-not-reply" || local == "nobody" ||
         local == "root" || local == "unknown" || local == "none" || local == "you" || local == "your.email" || local == "email";
}

}  // namespace

bool is_personal_address(std::string_view email) {
  auto lower = lower_ascii(trim(email));
  auto host = host_of(lower);
  if (host.empty() || !is_real_host(host)) return false;
  auto local = std::string_view{lower}.substr(0, lower.size() - host.size() - 1);
  return !local.empty() && !is_noreply(local);
}

std::string organization_domain(std::string_view email) {
  auto lower = lower_ascii(trim(email));
  auto host = host_of(lower);
  if (host.empty() || !is_real_host(host)) return {};
  if (std::binary_search(kFreeMail.begin(), kFreeMail.end(), host)) return {};
  if (host.find("noreply") != std::string_view::npos) return {};
  auto labels = split(host, '.');
  std::size_t keep = 2;
  if (labels.size() >= 3 && labels.back().size() == 2 &&
      std::binary_search(kSecondLevel.begin(), kSecondLevel.end(), labels[labels.size() - 2]))
    keep = 3;
  std::string domain;
  for (std::size_t i = labels.size() - std::min(keep, labels.size()); i < labels.size(); ++i)
    domain += (domain.empty() ? "" : ".") + std::string{labels[i]};
  return std::binary_search(kFreeMail.begin(), kFreeMail.end(), std::string_view{domain}) ? std::string{} : domain;
}

}  // namespace rapport
