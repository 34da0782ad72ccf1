// The table of formats, sorted by name. To add one: writers/<name>.cpp with its maker, a line here, its section in
// docs/simulator.md and its part of tests/sim/read_back.py.
#include <array>

#include "sim/writer.h"

namespace rapport::sim {

using Maker = std::unique_ptr<Writer>(const WriterContext& context);
Maker open_accesslog, open_discord, open_discourse, open_downloads, open_events, open_feeds, open_gharchive, open_git, open_github, open_mbox, open_product, open_search, open_site, open_slack,
    open_stackexchange, open_survey, open_texts, open_zulip;

std::span<const WriterEntry> writers() {
  static constexpr std::array kTable = std::to_array<WriterEntry>({
      {"accesslog", "web/access.log in combined format", open_accesslog, "[[source]]\nname = \"web\"\nconnector = \"accesslog\"\npath = \"web/access.log\"\nhost = \"kelvane.example\"\n"},
      {"discord", "channels as DiscordChatExporter writes them", open_discord, "[[source]]\nname = \"discord\"\nconnector = \"discord\"\npath = \"discord\"\n"},
      {"discourse", "a saved Discourse forum, one t/<id>.json a topic", open_discourse,
       "[[source]]\nname = \"forum\"\nconnector = \"discourse\"\nurl = \"discourse\"\nsite = \"https://forum.kelvane.example\"\n"},
      {"downloads", "daily downloads as npm and pypistats answer", open_downloads},
      {"events", "iCalendar of talks and workshops, and RSVPs", open_events,
       "[[source]]\nname = \"rsvp\"\nconnector = \"table\"\npath = \"events/rsvp.csv\"\nkind = \"rsvp\"\ntime = \"responded_at\"\naccount = \"email\"\nemail = \"email\"\n"
       "person_name = \"name\"\nplatform = \"rsvp\"\nplace = \"event_uid\"\nplace_kind = \"event\"\nattributes = \"response,attended\"\n"},
      {"feeds", "RSS and Atom of the blog, RSS of the podcast", open_feeds,
       "[[source]]\nname = \"blog\"\nconnector = \"feed\"\nurl = \"feeds/blog.atom\"\n\n[[source]]\nname = \"podcast\"\nconnector = \"feed\"\nurl = \"feeds/podcast.rss\"\n"},
      {"gharchive", "GitHub events as GH Archive has them, JSON lines", open_gharchive, "[[source]]\nname = \"events\"\nconnector = \"gharchive\"\npath = \"gharchive\"\n"},
      {"git", "a bare git repository with files, tags and .mailmap", open_git, "[[source]]\nname = \"sdk\"\nconnector = \"git\"\nurl = \"git/kelvane.git\"\n"},
      {"github", "pages of GitHub's REST lists", open_github},
      {"mbox", "archives of two mailing lists", open_mbox, "[[source]]\nname = \"lists\"\nconnector = \"mbox\"\npath = \"mail\"\n"},
      {"product", "sign-ups and product events, CSV", open_product,
       "[[source]]\nname = \"signups\"\nconnector = \"table\"\npath = \"product/signups.csv\"\nkind = \"signup\"\ntime = \"signed_up_at\"\naccount = \"user_id\"\nemail = \"email\"\n"
       "platform = \"product\"\nid = \"user_id\"\nattributes = \"country,plan,utm_campaign\"\n\n"
       "[[source]]\nname = \"product\"\nconnector = \"table\"\npath = \"product/events.csv\"\nkind = \"event\"\ntime = \"happened_at\"\naccount = \"user_id\"\nplatform = \"product\"\n"
       "attributes = \"sdk\"\n"},
      {"search", "Search Console export, CSV", open_search},
      {"site", "documentation, blog and code samples, Markdown", open_site},
      {"slack", "an export of a Slack workspace", open_slack,
       "[[source]]\nname = \"chat\"\nconnector = \"slack\"\nurl = \"slack\"\nsite = \"https://kelvane.slack.example\"\n"},
      {"stackexchange", "a Stack Exchange data dump, XML", open_stackexchange, "[[source]]\nname = \"stack\"\nconnector = \"stackexchange\"\npath = \"stackexchange\"\nsite = \"stack.kelvane.example\"\n"},
      {"survey", "the yearly survey, CSV", open_survey},
      {"texts", "truth/threads.csv and truth/texts.csv: topic, role and answers of every text", open_texts},
      {"zulip", "messages and streams of a Zulip realm", open_zulip, "[[source]]\nname = \"zulip\"\nconnector = \"zulip\"\npath = \"zulip\"\nsite = \"https://zulip.kelvane.example\"\n"},
  });
  return kTable;
}

}  // namespace rapport::sim
