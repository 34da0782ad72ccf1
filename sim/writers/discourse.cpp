// discourse/t/<id>.json: what GET /t/<id>.json of a Discourse forum answers, with all posts; discourse/categories.json
// as GET /categories.json. The solved plugin's fields mark accepted answers.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "sim/out_file.h"
#include "sim/writer.h"
#include "sim/text/spelling.h"

namespace rapport::sim {
namespace {

constexpr int kFirstCategory = 5;

class DiscourseWriter : public Writer {
 public:
  explicit DiscourseWriter(const WriterContext& context)
      : world_(context.world), composer_(context.composer), folder_(context.folder / "discourse") {}

  void thread(std::span<const Activity> posts) override {
    if (posts[0].platform != Platform::kForum) return;
    file_.open(folder_ / "t" / fmt::format("{}.json", posts[0].thread));
    file_.write(topic_json(posts));
    ++topics_[posts[0].place];
  }

  Result<> finish() override {
    JsonWriter json;
    json.begin_object().key("category_list").begin_object().key("can_create_category").value(false).key("categories").begin_array();
    int place = 0;
    for (auto name : places(Platform::kForum)) {
      json.begin_object().key("id").value(kFirstCategory + place).key("name").value(name).key("slug").value(slug_of(name));
      json.key("topic_count").value(topics_[place]).key("parent_category_id").null().end_object();
      ++place;
    }
    json.end_array().end_object().end_object();
    file_.open(folder_ / "categories.json");
    file_.write(json.text());
    return file_.close();
  }

 private:
  void user(JsonWriter& json, PersonId id, int day) {
    auto account = world_.community.account(id, Platform::kForum, day);
    json.key("id").value(static_cast<std::int64_t>(id) + 1).key("username").value(account.login).key("name").value(account.name);
    json.key("avatar_template").value("/letter_avatar_proxy/v4/letter/" + account.login.substr(0, 1) + "/{size}.png");
  }

  void post_json(JsonWriter& json, const Activity& post, std::string_view slug) {
    const auto& person = world_.community.person(post.person);
    auto account = world_.community.account(post.person, Platform::kForum, world_.day_of(post.time));
    auto created = iso_millis(post.time, post.key);
    json.begin_object().key("id").value(static_cast<std::int64_t>(post.id)).key("name").value(account.name).key("username").value(account.login);
    json.key("created_at").value(created).key("cooked").value(cooked(composer_.body(post)));
    json.key("post_number").value(static_cast<std::int64_t>(post.position)).key("post_type").value(1).key("posts_count").value(static_cast<std::int64_t>(post.posts));
    json.key("updated_at").value(created).key("reply_count").value(0).key("reply_to_post_number");
    if (post.reply_to > 1) json.value(static_cast<std::int64_t>(post.reply_to));
    else json.null();
    json.key("quote_count").value(0).key("incoming_link_count").value(static_cast<std::int64_t>(post.key % 7)).key("reads").value(static_cast<std::int64_t>(10 + post.key % 90));
    json.key("score").value(static_cast<std::int64_t>(post.likes) * 15).key("yours").value(false).key("topic_id").value(static_cast<std::int64_t>(post.thread));
    json.key("topic_slug").value(slug).key("display_username").value(account.name).key("version").value(1);
    json.key("actions_summary").begin_array();
    if (post.likes > 0) json.begin_object().key("id").value(2).key("count").value(static_cast<std::int64_t>(post.likes)).end_object();
    json.end_array();
    json.key("moderator").value(person.team).key("admin").value(false).key("staff").value(person.team).key("user_id").value(static_cast<std::int64_t>(post.person) + 1);
    json.key("hidden").value(post.role == Role::kSpam && post.key % 2 == 0).key("trust_level").value(person.team ? 4 : static_cast<int>(post.key % 3)).key("deleted_at").null();
    json.key("user_deleted").value(false).key("edit_reason").null().key("wiki").value(false).key("accepted_answer").value(post.accepted).end_object();
  }

  std::string topic_json(std::span<const Activity> posts) {
    const auto& root = posts[0];
    auto title = composer_.title(root);
    auto slug = slug_of(title);
    if (slug.empty()) slug = "topic";
    const Activity* accepted = nullptr;
    std::int64_t likes = 0;
    JsonWriter json;
    json.begin_object().key("post_stream").begin_object().key("posts").begin_array();
    for (const auto& post : posts) {
      post_json(json, post, slug);
      if (post.accepted && accepted == nullptr) accepted = &post;
      likes += post.likes;
    }
    json.end_array().key("stream").begin_array();
    for (const auto& post : posts) json.value(static_cast<std::int64_t>(post.id));
    json.end_array().end_object();
    const auto& topic = world_.topics.topics()[world_.topics.problems()[root.problem].topic];
    json.key("tags").begin_array();
    if (root.key % 3 != 0) json.value(topic.slug);  // not everybody tags
    json.end_array();
    json.key("id").value(static_cast<std::int64_t>(root.thread)).key("title").value(title).key("fancy_title").value(html_escaped(title));
    json.key("posts_count").value(posts.size()).key("created_at").value(iso_millis(root.time, root.key));
    json.key("views").value(static_cast<std::int64_t>(posts.size() * 8 + root.key % 200)).key("reply_count").value(posts.size() - 1).key("like_count").value(likes);
    json.key("last_posted_at").value(iso_millis(posts.back().time, posts.back().key)).key("visible").value(true).key("closed").value(false).key("archived").value(false);
    json.key("archetype").value("regular").key("slug").value(slug).key("category_id").value(kFirstCategory + root.place).key("deleted_at").null();
    json.key("user_id").value(static_cast<std::int64_t>(root.person) + 1).key("pinned").value(false);
    if (accepted != nullptr) {
      auto answerer = world_.community.account(accepted->person, Platform::kForum, world_.day_of(accepted->time));
      json.key("accepted_answer").begin_object().key("post_number").value(static_cast<std::int64_t>(accepted->position));
      json.key("username").value(answerer.login).key("name").value(answerer.name).end_object();
    }
    json.key("details").begin_object().key("can_edit").value(false).key("created_by").begin_object();
    user(json, root.person, world_.day_of(root.time));
    json.end_object().key("last_poster").begin_object();
    user(json, posts.back().person, world_.day_of(posts.back().time));
    json.end_object().end_object().end_object();
    return std::move(json).text();
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  OutFile file_;
  std::array<int, 8> topics_{};
};

}  // namespace

std::unique_ptr<Writer> open_discourse(const WriterContext& context) { return std::make_unique<DiscourseWriter>(context); }

}  // namespace rapport::sim
