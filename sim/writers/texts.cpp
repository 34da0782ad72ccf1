// truth/threads.csv and truth/texts.csv: who answered what, and what each text is about. A format of its own, since it
// grows with the activities.
#include <fmt/format.h>

#include <iterator>

#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/truth.h"

namespace rapport::sim {
namespace {

class TextsWriter : public Writer {
 public:
  explicit TextsWriter(const WriterContext& context)
      : world_(context.world), threads_(context.folder / "truth/threads.csv"), texts_(context.folder / "truth/texts.csv") {
    threads_.write("platform,thread,place,role,asker,opened,posts,topic,problem,is_documented,answered_by,answered_at,accepted_post,language\n");
    texts_.write("platform,thread,post,position,role,person,time,topic,problem,language,work\n");
  }

  void thread(std::span<const Activity> posts) override {
    const auto& root = posts[0];
    const Activity* answer = nullptr;
    const Activity* accepted = nullptr;
    for (const auto& post : posts) {
      if (post.role == Role::kAnswer && answer == nullptr) answer = &post;
      if (post.accepted && accepted == nullptr) accepted = &post;
    }
    const auto& problem = world_.topics.problems()[root.problem];
    const auto& topic = world_.topics.topics()[problem.topic];
    fmt::format_to(std::back_inserter(threads_.buffer()), "{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", platform_name(root.platform), root.thread, places(root.platform)[root.place],
                   role_name(root.role), person_name(root.person), iso_utc(root.time), posts.size(), topic.slug, problem.name, topic.is_documented(), answer ? person_name(answer->person) : "",
                   answer ? iso_utc(answer->time) : "", accepted ? fmt::to_string(accepted->id) : "", language_code(root.language));
    threads_.flush_if_full();
  }

  void activity(const Activity& activity) override {
    if (activity.thread == 0 || activity.id == 0 || activity.kind == Kind::kPush || activity.kind == Kind::kCommit) return;
    const auto& problem = world_.topics.problems()[activity.problem];
    auto& out = texts_.buffer();
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},p{:06},", platform_name(activity.platform), activity.thread, activity.id, activity.position, role_name(activity.role), activity.person);
    append_iso(out, activity.time);
    fmt::format_to(std::back_inserter(out), "Z,{},{},{},{}\n", world_.topics.topics()[problem.topic].slug, problem.name, language_code(activity.language), activity.work > 0 ? work_name(activity.work) : "");
    texts_.flush_if_full();
  }

  Result<> finish() override {
    TRY(threads_.close());
    return texts_.close();
  }

 private:
  const World& world_;
  OutFile threads_, texts_;
};

}  // namespace

std::unique_ptr<Writer> open_texts(const WriterContext& context) { return std::make_unique<TextsWriter>(context); }

}  // namespace rapport::sim
