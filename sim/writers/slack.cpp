// slack/: a workspace export as Slack's administrators get it: users.json, channels.json, and a folder per channel with
// a file per day, an array of messages. `ts` is unique per channel: the second, and the number of the post behind it.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "sim/out_file.h"
#include "sim/writers/chat.h"

namespace rapport::sim {
namespace {

std::string ts_of(std::int64_t time, std::uint64_t id) { return fmt::format("{}.{:06}", time, id % 1'000'000); }
std::string user_id(PersonId id) { return fmt::format("U{:09X}", id + 0x10000); }

class SlackWriter : public Writer {
 public:
  explicit SlackWriter(const WriterContext& context) : world_(context.world), composer_(context.composer), folder_(context.folder / "slack") {}

  void activity(const Activity& post) override {
    if (post.platform != Platform::kSlack || post.kind != Kind::kPost) return;
    auto& day = today_[post.place];
    if (!day.empty()) day += ",\n";
    day += message(post);
  }

  void day(const DayFacts& facts) override {
    auto channels = places(Platform::kSlack);
    for (std::size_t place = 0; place < channels.size(); ++place) {
      if (today_[place].empty()) continue;
      file_.open(folder_ / channels[place] / (format_day(world_.calendar.date(facts.day)) + ".json"));
      file_.write("[\n" + today_[place] + "\n]\n");
      today_[place].clear();
    }
  }

  Result<> finish() override {
    auto everybody = everybody_on(world_, Platform::kSlack);
    int last = world_.community.parameters().days() - 1;
    JsonWriter users;
    users.begin_array();
    for (auto id : everybody) {
      auto account = world_.community.account(id, Platform::kSlack, last);
      const auto& person = world_.community.person(id);
      bool bot = person.kind == PersonKind::kBot;
      users.begin_object().key("id").value(user_id(id)).key("team_id").value("T0KELVANE").key("name").value(account.login).key("deleted").value(false);
      users.key("real_name").value(account.name).key("tz_offset").value(person.utc_minutes * 60).key("profile").begin_object();
      users.key("real_name").value(account.name).key("display_name").value(account.login);
      if (!bot) users.key("email").value(account.email);
      users.end_object().key("is_admin").value(person.team).key("is_bot").value(bot).key("updated").value(world_.second(last)).end_object();
    }
    users.end_array();
    file_.open(folder_ / "users.json");
    file_.write(users.text());
    JsonWriter channels;
    channels.begin_array();
    int number = 0;
    for (auto name : places(Platform::kSlack)) {
      channels.begin_object().key("id").value(fmt::format("C0000000{}", ++number)).key("name").value(name).key("created").value(world_.second(0));
      channels.key("creator").value(user_id(world_.community.team()[0])).key("is_archived").value(false).key("is_general").value(name == "general").key("members").begin_array();
      for (auto id : everybody) channels.value(user_id(id));
      channels.end_array().key("topic").begin_object().key("value").value("").end_object().key("purpose").begin_object().key("value").value("").end_object().end_object();
    }
    channels.end_array();
    file_.open(folder_ / "channels.json");
    file_.write(channels.text());
    return file_.close();
  }

 private:
  std::string message(const Activity& post) {
    JsonWriter json;
    json.begin_object().key("type").value("message").key("user").value(user_id(post.person));
    if (world_.community.person(post.person).kind == PersonKind::kBot) json.key("subtype").value("bot_message").key("bot_id").value("B0WELCOME");
    json.key("text").value(post.position == 1 && post.role == Role::kQuestion ? composer_.title(post) + "\n" + composer_.body(post) : composer_.body(post));
    json.key("ts").value(ts_of(post.time, post.id));
    if (post.posts > 1) json.key("thread_ts").value(ts_of(post.opened, post.root_id));
    if (post.position == 1 && post.posts > 1) json.key("reply_count").value(static_cast<int>(post.posts) - 1);
    if (post.position > 1) json.key("parent_user_id").value(user_id(post.opener));
    if (post.likes > 0) {
      json.key("reactions").begin_array().begin_object().key("name").value("+1").key("count").value(static_cast<int>(post.likes)).key("users").begin_array();
      json.value(user_id(post.addressed)).end_array().end_object().end_array();
    }
    json.end_object();
    return std::move(json).text();
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  OutFile file_;
  std::array<std::string, 8> today_;
};

}  // namespace

std::unique_ptr<Writer> open_slack(const WriterContext& context) { return std::make_unique<SlackWriter>(context); }

}  // namespace rapport::sim
