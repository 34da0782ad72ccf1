#include "identity/account_kind.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace rapport {
namespace {

struct KnownName {
  std::string_view name;  // lower case, the whole login or name
  std::string_view kind;
};

// Programs that act under names without "bot" in them, and assistants that write code for a person.
constexpr std::array kKnown = std::to_array<KnownName>({
    {"allcontributors", "bot"}, {"chatgpt-codex-connector", "agent"}, {"claude", "agent"}, {"claude code", "agent"}, {"codecov", "bot"},
    {"coderabbitai", "agent"}, {"codex", "agent"}, {"copilot", "agent"}, {"copilot-pull-request-reviewer", "agent"},
    {"copilot-swe-agent", "agent"}, {"cursor agent", "agent"}, {"cursoragent", "agent"}, {"dependabot", "bot"},
    {"dependabot-preview", "bot"}, {"devin ai", "agent"}, {"devin-ai-integration", "agent"}, {"discobot", "bot"},
    {"gemini-code-assist", "agent"}, {"github", "bot"}, {"github actions", "bot"}, {"github-actions", "bot"},
    {"google-labs-jules", "agent"}, {"greenkeeper", "bot"}, {"imgbot", "bot"}, {"jenkins", "bot"}, {"openhands", "agent"},
    {"pre-commit-ci", "bot"}, {"renovate", "bot"}, {"semantic-release-bot", "bot"}, {"slackbot", "bot"}, {"snyk-bot", "bot"},
    {"stale", "bot"}, {"sweep-ai", "agent"}, {"travis ci", "bot"}, {"travis-ci", "bot"}, {"usebot", "bot"}, {"web-flow", "bot"},
    {"weblate", "bot"},
});

constexpr std::array kAgentAddresses = std::to_array<std::string_view>(
    {"noreply@anthropic.com", "cursoragent@cursor.com", "codex@openai.com", "copilot@github.com", "openhands@all-hands.dev", "aider@aider.chat"});

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// "bot" as a word: at the end after a separator, or before "[bot]". "Abbot" and "Talbot" are people.
bool says_bot(std::string_view name) {
  if (name.ends_with("[bot]")) return true;
  if (name == "bot" || name.starts_with("bot-") || name.starts_with("bot_")) return true;
  if (!name.ends_with("bot") || name.size() < 5) return false;
  return !is_letter(name[name.size() - 4]);
}

}  // namespace

AccountKind kind_of_account(std::string_view said, std::string_view login, std::string_view name, std::string_view email) {
  if (said == "agent") return {"agent", "the source says so"};
  auto mail = lower_ascii(email);
  for (auto address : kAgentAddresses)
    if (mail == address || (mail.find('+') != std::string::npos && mail.ends_with(address))) return {"agent", fmt::format("writes as {}", address)};
  for (auto word : {login, name}) {
    auto lower = lower_ascii(trim(word));
    if (lower.empty()) continue;
    auto bare = lower.ends_with("[bot]") ? lower.substr(0, lower.size() - 5) : lower;
    for (const auto& known : kKnown)
      if (bare == known.name && (said != "bot" || known.kind == "agent")) return {std::string{known.kind}, fmt::format("known by the name {}", known.name)};
    if (said != "bot" && says_bot(lower)) return {"bot", "its name says bot"};
  }
  // To most sources an assistant that writes code is one bot among others: the names above know better.
  if (said == "bot") return {"bot", "the source says so"};
  return {"human", {}};
}

}  // namespace rapport
