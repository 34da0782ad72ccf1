// The words of an activity: title and body, out of its keys. The same activity always says the same.
#pragma once

#include <array>
#include <string>

#include "sim/activity.h"
#include "sim/text/grammar.h"
#include "sim/timeline.h"

namespace rapport::sim {

class Composer {
 public:
  explicit Composer(const World& world);

  // Appends the title of the conversation (the same for all its posts); one line, plain text.
  void title(const Activity& activity, std::string& out) const;
  // Appends the text of a post: Markdown, a few paragraphs at most.
  void body(const Activity& post, std::string& out) const;
  // Appends the first line of a commit's message.
  void commit_subject(const Activity& commit, std::string& out) const;
  // A text of rule `rule` about a problem, for pages and articles.
  void about(std::string_view rule, std::uint16_t problem, std::uint64_t key, std::string& out) const;

  std::string title(const Activity& activity) const;
  std::string body(const Activity& post) const;

 private:
  struct Words;
  void write(Grammar::RuleId rule, const Activity& activity, std::uint64_t key, std::string& out) const;

  const World& world_;
  Grammar grammar_;
  std::array<std::array<Grammar::RuleId, kRoles>, 6> bodies_{};
  std::array<Grammar::RuleId, 6> titles_{};
  Grammar::RuleId change_title_, commit_, discussion_title_;
  std::vector<Grammar::RuleId> asks_, errors_, causes_, fixes_;
  std::array<std::vector<std::string_view>, 4> fixed_;  // sdk, os, v, host: the same throughout a conversation
  std::vector<std::string_view> words_;
};

}  // namespace rapport::sim
