// site/: the documentation and the blog as Markdown with front matter, and code samples (Python, with a stand-in for the
// SDK beside them, so that they run). Some samples, links and dates are broken on purpose: truth/planted.csv says which.
#include <fmt/format.h>

#include "base/text.h"
#include "sim/out_file.h"
#include "sim/text/spelling.h"
#include "sim/writer.h"

namespace rapport::sim {
namespace {

std::string call_of(std::string_view api) { return replace_all(lower_ascii(api), ".", "_"); }

class SiteWriter : public Writer {
 public:
  explicit SiteWriter(const WriterContext& context) : world_(context.world), composer_(context.composer), folder_(context.folder / "site"), planted_(context.folder / "truth/planted.csv") {
    planted_.write("file,kind,what\n");
  }

  Result<> finish() override {
    std::string stand_in = "# Stands in for the SDK, so that the samples run.\n";
    for (const auto& problem : world_.topics.problems()) stand_in += fmt::format("\n\ndef {}(*args, **options):\n    return {{\"call\": \"{}\", \"args\": args, \"options\": options}}\n", call_of(problem.api), problem.api);
    TRY(write("samples/kelvane.py", stand_in));
    const auto& topics = world_.topics.topics();
    for (std::size_t i = 0; i < topics.size(); ++i)
      if (topics[i].is_documented()) TRY(page(topics[i], i));
    TRY(write("docs/index.md", index()));
    for (const auto& work : world_.works)
      if (work.kind == WorkKind::kPost || work.kind == WorkKind::kTutorial) TRY(article(work));
    return planted_.close();
  }

 private:
  Result<> write(const std::string& name, std::string_view text) {
    OutFile file{folder_ / name};
    file.write(text);
    return file.close();
  }

  void plant(std::string_view file, std::string_view kind, std::string_view what) {
    append_csv(planted_.buffer(), file);
    append_csv(planted_.buffer(), kind);
    append_csv(planted_.buffer(), what, '\n');
  }

  std::string index() const {
    std::string text = "---\ntitle: Documentation\n---\n\n# Documentation\n\n";
    for (const auto& topic : world_.topics.topics())
      if (topic.is_documented()) text += fmt::format("- [{}]({}.md)\n", topic.title, topic.page);
    return text;
  }

  Result<> page(const Topic& topic, std::size_t number) {
    auto hash = key_of(world_.community.seed(), Purpose::kSite, 100000 + number);
    auto name = fmt::format("docs/{}.md", topic.page);
    // A third of the pages has not been touched since long before the end.
    bool stale = hash % 3 == 0;
    int day = world_.community.parameters().days() * (stale ? 5 : 95) / 100;
    if (stale) plant(name, "stale page", format_day(world_.calendar.date(day)));
    std::string text = fmt::format("---\ntitle: {}\ntopic: {}\nupdated: {}\n---\n\n# {}\n\n", topic.title, topic.slug, format_day(world_.calendar.date(day)), topic.title);
    for (int p = 0; p < topic.problems; ++p) {
      auto index = static_cast<std::uint16_t>(topic.first_problem + p);
      const auto& problem = world_.topics.problems()[index];
      // One API of every fifth problem is never mentioned: a name that no page knows.
      if (mix(hash + static_cast<std::uint64_t>(p)) % 5 == 0 && p > 0) {
        plant(name, "undocumented api", problem.api);
        continue;
      }
      text += fmt::format("## {}\n\n", problem.api);
      composer_.about("page", index, mix(hash + index), text);
      auto sample = fmt::format("{}_{}.py", replace_all(topic.slug, "-", "_"), replace_all(problem.name, "-", "_"));
      text += fmt::format("\n\n```python\n{}```\n\n", TRY(write_sample(sample, problem, mix(hash + index + 7))));
    }
    text += fmt::format("See also [the start page](../index.md) and [samples](../../samples/kelvane.py).\n");
    if (hash / 8 % 4 == 0) {
      text += fmt::format("More in [the old guide](../guides/{}-v0.md).\n", topic.slug);
      plant(name, "broken link", fmt::format("../guides/{}-v0.md", topic.slug));
    }
    return write(name, text);
  }

  Result<std::string> write_sample(const std::string& name, const Problem& problem, std::uint64_t hash) {
    auto call = call_of(problem.api);
    std::string code = fmt::format("import kelvane\n\nresult = kelvane.{}(\"demo\", retry={})\nprint(result[\"call\"])\n", call, hash % 9);
    auto file = "samples/" + name;
    switch (hash / 16 % 8) {
      case 0:
        code = replace_all(code, "kelvane." + call, "kelvane." + call + "_v1");
        plant(file, "broken sample", "calls a name that was removed");
        break;
      case 1:
        code = replace_all(code, "print(", "print ");
        plant(file, "broken sample", "syntax error");
        break;
      case 2:
        code += "assert result[\"options\"][\"retry\"] > 100\n";
        plant(file, "broken sample", "wrong result");
        break;
      default: break;
    }
    TRY(write(file, code));
    return code;
  }

  Result<> article(const Work& work) {
    auto hash = key_of(world_.community.seed(), Purpose::kSite, work.number);
    auto name = fmt::format("blog/{}-{}.md", format_day(world_.calendar.date(work.day)), work.slug);
    const auto& topic = world_.topics.topics()[work.topic];
    std::string text = fmt::format("---\ntitle: \"{}\"\ndate: {}\nauthor: {}\ntags: [{}]\ncampaign: w{:04}\n---\n\n", work.title, format_day(world_.calendar.date(work.day)),
                                   world_.community.name_on(work.owner, work.day), topic.slug, work.number);
    for (int p = 0; p < topic.problems; ++p) {
      composer_.about("article", static_cast<std::uint16_t>(topic.first_problem + p), mix(hash + static_cast<std::uint64_t>(p)), text);
      text += "\n\n";
    }
    if (topic.is_documented()) text += fmt::format("The details are in [the documentation](../docs/{}.md).\n", topic.page);
    if (hash % 9 == 0) {
      text += "An older post told [the first half](2021-01-01-gone.md).\n";
      plant(name, "broken link", "2021-01-01-gone.md");
    }
    return write(name, text);
  }

  const World& world_;
  const Composer& composer_;
  std::filesystem::path folder_;
  OutFile planted_;
};

}  // namespace

std::unique_ptr<Writer> open_site(const WriterContext& context) { return std::make_unique<SiteWriter>(context); }

}  // namespace rapport::sim
