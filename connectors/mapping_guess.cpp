// What columns are, by what people call them.
#include <algorithm>

#include "base/text.h"
#include "connectors/mapping.h"

namespace rapport {
namespace {

struct Guess {
  std::string_view setting;
  std::vector<std::string_view> names;  // the surest first
};

const std::vector<Guess>& guesses() {
  static const std::vector<Guess> kGuesses{
      {"kind", {"kind", "event_type", "activity_type", "event", "action", "type"}},
      {"time", {"created_at", "timestamp", "happened_at", "occurred_at", "event_time", "datetime", "time", "date", "created", "created_on", "date_created",
                "creation_date", "registered_at", "registration_date", "signed_up_at", "signup_date", "joined_at", "submitted_at", "published_at", "sent_at",
                "day", "week", "month", "ts", "updated_at"}},
      {"account", {"login", "username", "user_name", "user_login", "handle", "user_id", "user", "account", "member", "author", "actor.login", "user.login",
                   "author.login"}},
      {"email", {"email", "e_mail", "email_address", "mail", "user_email", "author_email"}},
      {"person_name", {"full_name", "display_name", "real_name", "name", "author_name", "user.name"}},
      {"place", {"channel", "repository", "repo", "repo.name", "package", "page", "list"}},
      {"thread", {"thread_id", "thread", "conversation_id", "topic_id"}},
      {"parent", {"parent_id", "in_reply_to", "reply_to"}},
      {"id", {"id", "uuid", "guid", "event_id", "message_id"}},
      {"title", {"title", "subject", "headline", "summary"}},
      {"text", {"text", "body", "message", "content", "comment", "description"}},
      {"url", {"url", "link", "permalink", "html_url"}},
      {"amount", {"amount", "count", "downloads", "visits", "quantity"}},
  };
  return kGuesses;
}

// "Created At" and "created-at" are written created_at.
std::string plain(std::string_view name) {
  auto out = lower_ascii(trim(name));
  std::replace(out.begin(), out.end(), ' ', '_');
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

// As it has to be written in rapport.toml to mean this column.
std::string spelled(const std::string& column) { return mapped_column(column) == column ? column : sql_identifier(column); }

}  // namespace

std::vector<std::pair<std::string, std::string>> guess_mapping(std::span<const std::string> columns, std::string_view about) {
  std::vector<std::pair<std::string, std::string>> found;
  std::vector<std::string> used;
  for (const auto& guess : guesses()) {
    if (guess.setting == "kind") {
      std::string_view best;
      for (auto kind : activity_kinds())
        if (about.find(kind) != std::string_view::npos && kind.size() > best.size()) best = kind;
      if (!best.empty()) {
        found.emplace_back("kind", best);
        continue;
      }
    }
    for (auto name : guess.names) {
      auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return plain(c) == name; });
      if (column == columns.end() || std::find(used.begin(), used.end(), *column) != used.end()) continue;
      used.push_back(*column);
      found.emplace_back(guess.setting, spelled(*column));
      break;
    }
  }
  return found;
}

}  // namespace rapport
