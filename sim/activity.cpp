#include "sim/activity.h"

namespace rapport::sim {

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"post", "close", "merge", "push", "commit", "star", "fork", "release"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view role_name(Role role) {
  constexpr std::string_view kNames[] = {"question", "bug",     "discussion", "announcement", "change", "chat",   "spam",    "answer",
                                         "partial",  "followup", "thanks",    "metoo",        "opinion", "review", "botnote", "silent"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view language_code(Language language) {
  constexpr std::string_view kNames[] = {"en", "de", "fr", "es", "pt", "zh"};
  return kNames[static_cast<std::size_t>(language)];
}

std::span<const std::string_view> places(Platform platform) {
  static constexpr std::string_view kRepositories[] = {"kelvane/kelvane", "kelvane/docs", "kelvane/examples"};
  static constexpr std::string_view kCategories[] = {"Help", "Show and tell", "Announcements", "Ideas"};
  static constexpr std::string_view kChannels[] = {"help", "general", "announcements", "random"};
  static constexpr std::string_view kLists[] = {"kelvane-users", "kelvane-dev"};
  static constexpr std::string_view kOne[] = {"kelvane"};
  switch (platform) {
    case Platform::kGithub: return kRepositories;
    case Platform::kForum: return kCategories;
    case Platform::kSlack:
    case Platform::kDiscord:
    case Platform::kZulip: return kChannels;
    case Platform::kMail: return kLists;
    default: return kOne;
  }
}

}  // namespace rapport::sim
