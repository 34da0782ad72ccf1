// zulip/messages.json and zulip/streams.json in the form of Zulip's GET /api/v1/messages and /streams: the stream in
// display_recipient, the conversation in subject.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "sim/out_file.h"
#include "sim/writers/chat.h"

namespace rapport::sim {
namespace {

class ZulipWriter : public Writer {
 public:
  explicit ZulipWriter(const WriterContext& context)
      : world_(context.world), composer_(context.composer), folder_(context.folder / "zulip"), file_(folder_ / "messages.json") {
    file_.write("{\"result\":\"success\",\"msg\":\"\",\"found_oldest\":true,\"found_newest\":true,\"messages\":[\n");
  }

  void activity(const Activity& post) override {
    if (post.platform != Platform::kZulip || post.kind != Kind::kPost) return;
    auto account = world_.community.account(post.person, Platform::kZulip, world_.day_of(post.time));
    auto title = composer_.title(post);
    JsonWriter json;
    json.begin_object().key("id").value(static_cast<std::int64_t>(post.id)).key("type").value("stream").key("stream_id").value(10 + post.place);
    json.key("display_recipient").value(places(Platform::kZulip)[post.place]).key("subject").value(fmt::format("{} #{}", elide(title, 50), post.thread));
    json.key("sender_id").value(static_cast<std::int64_t>(post.person) + 1).key("sender_full_name").value(account.name.empty() ? account.login : account.name);
    json.key("sender_email").value(account.email).key("sender_realm_str").value("kelvane").key("timestamp").value(post.time);
    json.key("content").value(composer_.body(post)).key("content_type").value("text/x-markdown").key("is_me_message").value(false).key("reactions").begin_array();
    if (post.likes > 0)
      json.begin_object().key("emoji_name").value("+1").key("emoji_code").value("1f44d").key("reaction_type").value("unicode_emoji").key("user_id").value(static_cast<std::int64_t>(post.addressed) + 1).end_object();
    json.end_array().key("client").value("website").end_object();
    if (count_++ > 0) file_.buffer() += ",\n";
    file_.write(json.text());
  }

  Result<> finish() override {
    file_.write("\n]}\n");
    JsonWriter json;
    json.begin_object().key("result").value("success").key("msg").value("").key("streams").begin_array();
    int place = 0;
    for (auto name : places(Platform::kZulip)) json.begin_object().key("stream_id").value(10 + place++).key("name").value(name).key("description").value("").end_object();
    json.end_array().end_object();
    file_.open(folder_ / "streams.json");
    file_.write(json.text());
    return file_.close();
  }

 private:
  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  OutFile file_;
  std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_zulip(const WriterContext& context) { return std::make_unique<ZulipWriter>(context); }

}  // namespace rapport::sim
