// The table of connectors, sorted by name. To add one: a folder connectors/<x>/ with <x>.h, <x>.cpp, model.sql,
// README.md and fixtures/; then its include and its line here. docs/howto/add-a-connector.md walks through it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/accesslog/accesslog.h"
#include "connectors/bitbucket/bitbucket.h"
#include "connectors/bluesky/bluesky.h"
#include "connectors/conferences/conferences.h"
#include "connectors/connector.h"
#include "connectors/devto/devto.h"
#include "connectors/discord/discord.h"
#include "connectors/discourse/discourse.h"
#include "connectors/feed/feed.h"
#include "connectors/gerrit/gerrit.h"
#include "connectors/gharchive/gharchive.h"
#include "connectors/git/git.h"
#include "connectors/gitea/gitea.h"
#include "connectors/github/github.h"
#include "connectors/gitlab/gitlab.h"
#include "connectors/hackernews/hackernews.h"
#include "connectors/ical/ical.h"
#include "connectors/irc/irc.h"
#include "connectors/lobsters/lobsters.h"
#include "connectors/mastodon/mastodon.h"
#include "connectors/matomo/matomo.h"
#include "connectors/matrix/matrix.h"
#include "connectors/mattermost/mattermost.h"
#include "connectors/mbox/mbox.h"
#include "connectors/packages/packages.h"
#include "connectors/plausible/plausible.h"
#include "connectors/reddit/reddit.h"
#include "connectors/rocketchat/rocketchat.h"
#include "connectors/singer/singer.h"
#include "connectors/slack/slack.h"
#include "connectors/stackexchange/stackexchange.h"
#include "connectors/table/table.h"
#include "connectors/telegram/telegram.h"
#include "connectors/youtube/youtube.h"
#include "connectors/zulip/zulip.h"

namespace rapport {

std::span<const ConnectorEntry> connectors() {
  static const std::array kTable{
      kAccesslogConnector,
      kBitbucketConnector,
      kBlueskyConnector,
      kConferencesConnector,
      kDevtoConnector,
      kDiscordConnector,
      kDiscourseConnector,
      kFeedConnector,
      kGerritConnector,
      kGharchiveConnector,
      kGitConnector,
      kGiteaConnector,
      kGithubConnector,
      kGitlabConnector,
      kHackernewsConnector,
      kIcalConnector,
      kIrcConnector,
      kLobstersConnector,
      kMastodonConnector,
      kMatomoConnector,
      kMatrixConnector,
      kMattermostConnector,
      kMboxConnector,
      kPackagesConnector,
      kPlausibleConnector,
      kRedditConnector,
      kRocketchatConnector,
      kSingerConnector,
      kSlackConnector,
      kStackexchangeConnector,
      kTableConnector,
      kTelegramConnector,
      kYoutubeConnector,
      kZulipConnector,
  };
  return kTable;
}

Result<const ConnectorEntry*> find_connector(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& entry : connectors()) {
    if (entry.info.name == name) return &entry;
    names.emplace_back(entry.info.name);
  }
  auto near = did_you_mean(name, names);
  return fail(Error::Kind::kNotFound, fmt::format("no connector called `{}`", printable(name)),
              near.empty() ? fmt::format("there are: {}", join(names, ", ")) : fmt::format("did you mean `{}`?", near));
}

}  // namespace rapport
