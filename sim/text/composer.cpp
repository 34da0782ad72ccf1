#include "sim/text/composer.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "sim/data_files.h"

namespace rapport::sim {
namespace {

enum Slot : std::uint8_t { kApi, kError, kCause, kFix, kProblem, kTopic, kName, kN, kMs, kHex, kWord, kTitle, kLink, kSdk, kOs, kVersion, kHost };
const std::vector<std::string_view> kSlots{"api", "error", "cause", "fix", "problem", "topic", "name", "n", "ms", "hex", "word", "title", "link", "sdk", "os", "v", "host"};
constexpr std::string_view kFixed[] = {"sdk", "os", "v", "host"};

}  // namespace

// The values of one text.
struct Composer::Words : Grammar::Values {
  Words(const Composer& composer, const Activity& activity) : composer(composer), activity(activity) {}

  void append(std::uint8_t slot, Random& random, std::string& out) const override {
    const auto& world = composer.world_;
    const auto& problem = world.topics.problems()[activity.problem];
    switch (slot) {
      case kApi: out += problem.api; break;
      case kError: composer.grammar_.write(composer.errors_[activity.problem], random, *this, out); break;
      case kCause: composer.grammar_.write(composer.causes_[activity.problem], random, *this, out); break;
      case kFix: composer.grammar_.write(composer.fixes_[activity.problem], random, *this, out); break;
      case kProblem: {
        // The title's words again: one asks in the body what one asks in the title.
        Random same{activity.thread_key};
        composer.grammar_.write(composer.asks_[activity.problem], same, *this, out);
        if (out.back() == '?') out.pop_back();
        break;
      }
      case kTopic: out += lower_ascii(world.topics.topics()[problem.topic].title); break;
      case kName: out += world.community.login(activity.addressed, activity.platform); break;
      case kN: out += fmt::format_int{2 + random.below(58)}.c_str(); break;
      case kMs: out += fmt::format_int{500 + 250 * random.below(120)}.c_str(); break;
      case kHex: {
        auto number = random.next();
        for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[number >> shift & 15];
        break;
      }
      case kWord: out += random.pick<std::string_view>(composer.words_); break;
      case kTitle: out += activity.work > 0 ? world.works[activity.work - 1u].title : std::string{kProduct}; break;
      case kLink: out += activity.work > 0 ? world.works[activity.work - 1u].link : fmt::format("https://{}", kDomain); break;
      default: {
        const auto& choices = composer.fixed_[static_cast<std::size_t>(slot - kSdk)];
        out += choices[mix(activity.thread_key + slot) % choices.size()];
      }
    }
  }

  const Composer& composer;
  const Activity& activity;
};

Composer::Composer(const World& world) : world_(world), grammar_(kSlots) {
  auto parts_of = [](std::string_view text) {
    auto parts = split(text, '|');
    for (auto& part : parts) part = trim(part);
    return parts;
  };
  for (auto line : data_lines("grammar.txt")) {
    auto parts = parts_of(line);
    auto name = parts[0];
    auto dot = name.find('.');
    auto rule = name.substr(dot + 1);
    for (std::size_t i = 0; i < std::size(kFixed); ++i)
      if (rule == kFixed[i]) fixed_[i].assign(parts.begin() + 1, parts.end());
    if (rule == "word") words_.assign(parts.begin() + 1, parts.end());
    for (std::size_t i = 1; i < parts.size(); ++i) grammar_.add(name.substr(0, dot), rule, parts[i]);
  }
  const auto& problems = world.topics.problems();
  for (std::size_t i = 0; i < problems.size(); ++i) {
    for (auto ask : problems[i].asks) grammar_.add({}, fmt::format("ask {}", i), ask);
    grammar_.add({}, fmt::format("error {}", i), problems[i].error);
    grammar_.add({}, fmt::format("cause {}", i), problems[i].cause);
    grammar_.add({}, fmt::format("fix {}", i), problems[i].fix);
  }
  grammar_.finish();
  for (std::size_t i = 0; i < problems.size(); ++i) {
    asks_.push_back(grammar_.find({}, fmt::format("ask {}", i)));
    errors_.push_back(grammar_.find({}, fmt::format("error {}", i)));
    causes_.push_back(grammar_.find({}, fmt::format("cause {}", i)));
    fixes_.push_back(grammar_.find({}, fmt::format("fix {}", i)));
  }
  for (std::size_t language = 0; language < 6; ++language) {
    auto code = language_code(static_cast<Language>(language));
    for (std::size_t role = 0; role < kRoles; ++role) bodies_[language][role] = grammar_.find(code, role_name(static_cast<Role>(role)));
    titles_[language] = language == 0 ? Grammar::kNone : grammar_.find(code, "title");
  }
  change_title_ = grammar_.find("en", "changetitle");
  commit_ = grammar_.find("en", "commit");
  discussion_title_ = grammar_.find("en", "discussiontitle");
}

void Composer::write(Grammar::RuleId rule, const Activity& activity, std::uint64_t key, std::string& out) const {
  Random random{key};
  grammar_.write(rule, random, Words{*this, activity}, out);
}

void Composer::title(const Activity& activity, std::string& out) const {
  // The language of the opener stands in the root only; a title is in English or in the language of its first post.
  switch (activity.thread_role) {
    case Role::kAnnouncement: out += world_.works[activity.work - 1u].title; return;
    case Role::kChange: return write(change_title_, activity, activity.thread_key, out);
    case Role::kDiscussion:
    case Role::kChat: return write(discussion_title_, activity, activity.thread_key, out);
    case Role::kSpam: return write(bodies_[0][static_cast<std::size_t>(Role::kSpam)], activity, activity.thread_key, out);
    default: break;
  }
  auto language = static_cast<std::size_t>(activity.thread_language);
  auto rule = titles_[language] == Grammar::kNone ? asks_[activity.problem] : titles_[language];
  write(rule, activity, activity.thread_key, out);
}

void Composer::body(const Activity& post, std::string& out) const {
  auto rule = bodies_[static_cast<std::size_t>(post.language)][static_cast<std::size_t>(post.role)];
  if (rule != Grammar::kNone) write(rule, post, post.key, out);
}

void Composer::commit_subject(const Activity& commit, std::string& out) const { write(commit_, commit, commit.key, out); }

void Composer::about(std::string_view rule, std::uint16_t problem, std::uint64_t key, std::string& out) const {
  Activity activity{.key = key, .thread_key = key, .problem = problem};
  write(grammar_.find("en", rule), activity, key, out);
}

std::string Composer::title(const Activity& activity) const {
  std::string out;
  title(activity, out);
  return out;
}

std::string Composer::body(const Activity& post) const {
  std::string out;
  body(post, out);
  return out;
}

}  // namespace rapport::sim
