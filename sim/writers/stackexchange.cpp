// stackexchange/: Posts.xml, Comments.xml, Users.xml, Votes.xml and Tags.xml in the form of the Stack Exchange data dump:
// one <row/> a line. Questions and answers are posts; what else is said are comments.
#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writers/chat.h"

namespace rapport::sim {
namespace {

std::string attribute(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#xA;"; break;
      default: out += c;
    }
  }
  return out;
}

bool is_post(const Activity& post) { return post.role == Role::kQuestion || post.role == Role::kAnswer; }

class StackWriter : public Writer {
 public:
  explicit StackWriter(const WriterContext& context) : world_(context.world), composer_(context.composer), folder_(context.folder / "stackexchange") {
    start(posts_, "Posts", "posts");
    start(comments_, "Comments", "comments");
    start(votes_, "Votes", "votes");
  }

  void thread(std::span<const Activity> posts) override {
    if (posts[0].platform != Platform::kStack) return;
    const Activity* accepted = nullptr;
    int answers = 0;
    for (const auto& post : posts) {
      if (post.accepted && accepted == nullptr) accepted = &post;
      answers += post.role == Role::kAnswer;
    }
    std::uint64_t commented = posts[0].id;  // what the next comment is about
    for (const auto& post : posts) {
      if (is_post(post)) {
        row(post, posts.back().time, accepted, answers);
        commented = post.id;
      } else {
        auto& out = comments_.buffer();
        fmt::format_to(std::back_inserter(out), "  <row Id=\"{}\" PostId=\"{}\" Score=\"{}\" Text=\"{}\" CreationDate=\"{}\" UserId=\"{}\" ContentLicense=\"CC BY-SA 4.0\" />\n", post.id, commented, post.likes,
                       attribute(composer_.body(post)), without_zone(post.time), post.person + 1);
        comments_.flush_if_full();
      }
    }
    for (const auto& post : posts) {
      if (!is_post(post)) continue;
      if (&post == accepted) vote(post, 1);
      for (int i = 0; i < post.likes; ++i) vote(post, 2);
      if (post.key % 23 == 0) vote(post, 3);
    }
    ++questions_[world_.topics.problems()[posts[0].problem].topic];
  }

  Result<> finish() override {
    posts_.write("</posts>\n");
    comments_.write("</comments>\n");
    votes_.write("</votes>\n");
    TRY(posts_.close());
    TRY(comments_.close());
    TRY(votes_.close());
    OutFile users, tags;
    start(users, "Users", "users");
    int last = world_.community.parameters().days() - 1;
    for (auto id : everybody_on(world_, Platform::kStack)) {
      auto account = world_.community.account(id, Platform::kStack, last);
      users.write(fmt::format("  <row Id=\"{}\" Reputation=\"{}\" CreationDate=\"{}\" DisplayName=\"{}\" LastAccessDate=\"{}\" WebsiteUrl=\"\" Location=\"{}\" AboutMe=\"\" Views=\"0\" UpVotes=\"0\" DownVotes=\"0\" AccountId=\"{}\" />\n",
                              id + 1, 1 + mix(id) % 3000, without_zone(world_.second(world_.community.person(id).arrival)), attribute(account.name.empty() ? account.login : account.name),
                              without_zone(world_.second(last)), world_.community.culture(world_.community.person(id)).country, 7000000 + id));
    }
    users.write("</users>\n");
    TRY(users.close());
    start(tags, "Tags", "tags");
    for (std::size_t i = 0; i < world_.topics.topics().size(); ++i)
      tags.write(fmt::format("  <row Id=\"{}\" TagName=\"{}\" Count=\"{}\" />\n", i + 1, world_.topics.topics()[i].slug, questions_[i]));
    tags.write("</tags>\n");
    return tags.close();
  }

 private:
  static std::string without_zone(std::int64_t time) {
    std::string out;
    append_iso(out, time);
    return out += ".000";
  }

  void start(OutFile& file, std::string_view name, std::string_view element) {
    file.open(folder_ / fmt::format("{}.xml", name));
    file.write(fmt::format("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{}>\n", element));
  }

  void row(const Activity& post, std::int64_t last, const Activity* accepted, int answers) {
    bool question = post.role == Role::kQuestion;
    int score = post.likes - (post.key % 23 == 0 ? 1 : 0);
    auto& out = posts_.buffer();
    fmt::format_to(std::back_inserter(out), "  <row Id=\"{}\" PostTypeId=\"{}\" ", post.id, question ? 1 : 2);
    if (!question) fmt::format_to(std::back_inserter(out), "ParentId=\"{}\" ", post.root_id);
    if (question && accepted != nullptr) fmt::format_to(std::back_inserter(out), "AcceptedAnswerId=\"{}\" ", accepted->id);
    fmt::format_to(std::back_inserter(out), "CreationDate=\"{}\" Score=\"{}\" ", without_zone(post.time), score);
    if (question) fmt::format_to(std::back_inserter(out), "ViewCount=\"{}\" ", 20 + post.key % 900);
    fmt::format_to(std::back_inserter(out), "Body=\"{}\" OwnerUserId=\"{}\" LastActivityDate=\"{}\" ", attribute(cooked(composer_.body(post))), post.person + 1, without_zone(question ? last : post.time));
    if (question)
      fmt::format_to(std::back_inserter(out), "Title=\"{}\" Tags=\"&lt;kelvane&gt;&lt;{}&gt;\" AnswerCount=\"{}\" ", attribute(composer_.title(post)),
                     world_.topics.topics()[world_.topics.problems()[post.problem].topic].slug, answers);
    fmt::format_to(std::back_inserter(out), "CommentCount=\"0\" ContentLicense=\"CC BY-SA 4.0\" />\n");
    posts_.flush_if_full();
  }

  void vote(const Activity& post, int type) {
    auto day = post.time - post.time % 86400;
    fmt::format_to(std::back_inserter(votes_.buffer()), "  <row Id=\"{}\" PostId=\"{}\" VoteTypeId=\"{}\" CreationDate=\"{}\" />\n", ++next_vote_, post.id, type, without_zone(day));
    votes_.flush_if_full();
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  OutFile posts_, comments_, votes_;
  std::uint64_t next_vote_ = 0;
  std::array<int, 64> questions_{};
};

}  // namespace

std::unique_ptr<Writer> open_stackexchange(const WriterContext& context) { return std::make_unique<StackWriter>(context); }

}  // namespace rapport::sim
