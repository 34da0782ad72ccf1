// The table of served APIs. To add one: its file here, its line, its section in docs/simulator.md.
#include "sim/serve/apis.h"

#include <array>
#include <charconv>

namespace rapport::sim {

using Opener = Result<std::unique_ptr<Api>>(const std::filesystem::path& folder);
Opener open_discourse_api, open_files_api, open_github_api, open_npm_api, open_pypi_api, open_slack_api, open_stack_api;

std::span<const ApiEntry> apis() {
  static constexpr std::array kTable = std::to_array<ApiEntry>({
      {"/files", "everything written, as plain files: feeds, calendars, downloads, pages", open_files_api},
      {"/forum", "Discourse: latest, topics, posts, categories, directory", open_discourse_api},
      {"/github", "GitHub REST and GraphQL: /github/repos/kelvane/kelvane/issues?page=2, POST /github/graphql", open_github_api},
      {"/npm", "npm: /npm/kelvane, /npm/downloads/range/2023-01-01:2023-06-30/kelvane", open_npm_api},
      {"/pypi", "PyPI and pypistats: /pypi/pypi/kelvane/json, /pypi/api/packages/kelvane/overall", open_pypi_api},
      {"/slack", "Slack Web API: /slack/api/users.list, conversations.list, .history, .replies", open_slack_api},
      {"/stack", "Stack Exchange API: /stack/2.3/questions?site=kelvane&sort=activity", open_stack_api},
  });
  return kTable;
}

std::string_view ApiRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

std::int64_t ApiRequest::number(std::string_view name, std::int64_t otherwise) const {
  auto text = parameter(name);
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return text.empty() || error != std::errc{} || end != text.data() + text.size() ? otherwise : value;
}

ApiAnswer Api::refusal(const ApiRequest&, int status) const {
  ApiAnswer answer{status, kJsonType, {}, {}};
  answer.body = status == 401   ? "{\"ok\":false,\"error\":\"token_expired\",\"message\":\"Bad credentials\",\"errors\":[\"expired\"]}"
                : status == 429 ? "{\"errors\":[\"You’ve performed this action too many times.\"],\"error_type\":\"rate_limit\"}"
                                : "{\"message\":\"Server Error\"}";
  if (status == 429) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

ApiAnswer not_found() { return {404, "application/json; charset=utf-8", "{\"errors\":[\"The requested URL or resource could not be found.\"],\"error_type\":\"not_found\",\"message\":\"Not Found\"}", {}}; }

}  // namespace rapport::sim
