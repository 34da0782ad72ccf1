// discord/<channel>.json: one file per channel in the form of DiscordChatExporter's JSON (guild, channel, messages,
// messageCount). Ids are snowflakes: milliseconds since 2015, shifted by 22 bits.
#include <fmt/format.h>

#include <map>

#include "base/json_writer.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writers/chat.h"

namespace rapport::sim {
namespace {

std::string snowflake(std::int64_t time, std::uint64_t id) {
  auto since = static_cast<std::uint64_t>(time - 1420070400) * 1000;
  return fmt::to_string(since << 22 | (id & 0x3fffff));
}

class DiscordWriter : public Writer {
 public:
  explicit DiscordWriter(const WriterContext& context) : world_(context.world), composer_(context.composer) {
    auto channels = places(Platform::kDiscord);
    for (std::size_t place = 0; place < channels.size(); ++place) {
      files_[place].open(context.folder / "discord" / fmt::format("Kelvane - {}.json", channels[place]));
      JsonWriter json;
      json.begin_object().key("guild").begin_object().key("id").value("900000000000000001").key("name").value("Kelvane").end_object();
      json.key("channel").begin_object().key("id").value(fmt::format("90000000000000001{}", place)).key("type").value("GuildTextChat").key("category").value("Community");
      json.key("name").value(channels[place]).key("topic").null().end_object();
      json.key("dateRange").begin_object().key("after").null().key("before").null().end_object().key("messages").begin_array();
      files_[place].write(json.text());
    }
  }

  void activity(const Activity& post) override {
    if (post.platform != Platform::kDiscord || post.kind != Kind::kPost) return;
    auto account = world_.community.account(post.person, Platform::kDiscord, world_.day_of(post.time));
    JsonWriter json;
    auto id = snowflake(post.time, post.id);
    json.begin_object().key("id").value(id).key("type").value(post.reply_to > 0 ? "Reply" : "Default").key("timestamp").value(iso_utc(post.time)).key("timestampEdited").null();
    json.key("isPinned").value(false).key("content").value(post.position == 1 && post.role == Role::kQuestion ? composer_.title(post) + "\n" + composer_.body(post) : composer_.body(post));
    json.key("author").begin_object().key("id").value(fmt::to_string(800000000000000000u + post.person)).key("name").value(account.login).key("discriminator").value("0000");
    json.key("nickname").value(account.name.empty() ? account.login : account.name).key("isBot").value(world_.community.person(post.person).kind == PersonKind::kBot).end_object();
    json.key("attachments").begin_array().end_array().key("embeds").begin_array().end_array().key("reactions").begin_array();
    if (post.likes > 0) json.begin_object().key("emoji").begin_object().key("id").null().key("name").value("👍").end_object().key("count").value(static_cast<int>(post.likes)).end_object();
    json.end_array().key("mentions").begin_array().end_array();
    if (post.reply_to > 0) {
      json.key("reference").begin_object().key("messageId").value(post.reply_to == 1 ? snowflake(post.opened, post.root_id) : last_in(post)).key("channelId").value(fmt::format("90000000000000001{}", post.place));
      json.key("guildId").value("900000000000000001").end_object();
    }
    json.end_object();
    auto& file = files_[post.place];
    if (counts_[post.place]++ > 0) file.buffer() += ",\n";
    file.write(json.text());
    if (post.position < post.posts) recent_[post.thread] = id;
    else recent_.erase(post.thread);
  }

  Result<> finish() override {
    for (std::size_t place = 0; place < places(Platform::kDiscord).size(); ++place) {
      files_[place].write(fmt::format("],\"messageCount\":{}}}\n", counts_[place]));
      TRY(files_[place].close());
    }
    return {};
  }

 private:
  // The message before it in its conversation, which is what most replies go to.
  std::string last_in(const Activity& post) const {
    auto found = recent_.find(post.thread);
    return found != recent_.end() ? found->second : snowflake(post.opened, post.root_id);
  }

  const World& world_;
  const Composer& composer_;
  std::array<OutFile, 8> files_;
  std::array<std::int64_t, 8> counts_{};
  std::map<std::uint32_t, std::string> recent_;  // of conversations under way
};

}  // namespace

std::unique_ptr<Writer> open_discord(const WriterContext& context) { return std::make_unique<DiscordWriter>(context); }

}  // namespace rapport::sim
