#include "connectors/youtube/youtube.h"

#include <fmt/format.h>

#include "base/embedded.h"
#include "base/text.h"
#include "connectors/youtube/channel.h"

namespace rapport {
namespace {

constexpr Setting kSettings[] = {
    {.name = "channels", .help = "Channels of yours: handles, or ids that begin with UC.", .example = "@kelvane", .required = true},
    {.name = "key", .help = "An API key for the YouTube Data API v3.", .example = "$YOUTUBE_KEY", .required = true, .secret = true},
    {.name = "look_back_days", .help = "How far back each sync reads videos again for comments and likes; views are read of all, each day.", .example = "90", .fallback = "30"},
    {.name = "url", .help = "Where the API is.", .example = "https://www.googleapis.com/youtube/v3", .fallback = "https://www.googleapis.com/youtube/v3"},
};
constexpr Stream kStreams[] = {{"videos", StreamKind::kIncremental}, {"statistics", StreamKind::kIncremental}};

class YoutubeConnector : public Connector {
 public:
  YoutubeConnector(youtube::Access access, std::vector<std::string> channels, std::chrono::seconds look_back)
      : access_(std::move(access)), channels_(std::move(channels)), look_back_(look_back) {}

  Result<std::unique_ptr<Reader>> read(std::string_view stream, const std::string& cursor, Http& http) const override {
    return one_after_another(channels_, cursor, [this, &http, videos = stream == "videos"](const std::string& name, std::string own) {
      auto channel = std::make_shared<youtube::Channel>(access_, name, http);
      // Statistics have no date to stop at: each pass goes through all.
      return newest_first(std::move(own), look_back_, [channel, videos](const std::string& token) { return videos ? channel->videos(token) : channel->statistics(token); });
    });
  }

 private:
  youtube::Access access_;
  std::vector<std::string> channels_;
  std::chrono::seconds look_back_;
};

Result<std::unique_ptr<Connector>> open(const Settings& settings) {
  auto channels = listed(settings.text("channels"));
  if (channels.empty()) return fail(Error::Kind::kBadInput, "`channels` names none", "set channels = \"@your-handle\"");
  for (auto& name : channels)
    if (!name.starts_with('@') && !(name.starts_with("UC") && name.size() == 24)) name = "@" + name;
  youtube::Access access{youtube::calls_with(settings.text("key")), settings.text("url")};
  while (access.base.ends_with('/')) access.base.pop_back();
  return std::unique_ptr<Connector>{std::make_unique<YoutubeConnector>(std::move(access), std::move(channels), TRY(look_back(settings)))};
}

// "https://www.youtube.com/@kelvane", "https://www.youtube.com/channel/UC…", "@kelvane".
Recognised recognise(std::string_view what) {
  auto rest = what;
  bool address = false;
  for (std::string_view site : {"https://www.youtube.com/", "https://youtube.com/", "https://m.youtube.com/"})
    if (starts_with_ignoring_case(what, site)) rest = what.substr(site.size()), address = true;
  if (address && rest.starts_with("channel/")) rest = rest.substr(8);
  else if (!rest.starts_with('@')) return {};
  auto name = percent_decoded(rest.substr(0, rest.find_first_of("/?#")));
  if (name.size() < 3 || name.find_first_of(" :", 1) != std::string::npos || name.find('@', 1) != std::string::npos) return {};
  return {address ? 95 : 40, fmt::format("{}the YouTube channel {}", address ? "" : "perhaps ", name), "youtube-" + (name.starts_with('@') ? name.substr(1) : name), {{"channels", name}}};
}

}  // namespace

const ConnectorEntry kYoutubeConnector{
    .info = {.name = "youtube",
             .summary = "videos of your YouTube channels, their comments, likes and daily views",
             .settings = kSettings,
             .streams = kStreams,
             .staging = {},
             .model_sql = embedded_file(embedded_connectors(), "youtube/model.sql")},
    .open = open,
    .recognise = recognise};

}  // namespace rapport
