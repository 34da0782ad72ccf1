#include "sim/text/grammar.h"

#include <algorithm>

#include "base/text.h"

namespace rapport::sim {

void Grammar::add(std::string_view language, std::string_view name, std::string_view text) {
  std::string full = language.empty() ? std::string{name} : std::string{language} + "." + std::string{name};
  auto [found, is_new] = ids_.try_emplace(full, static_cast<RuleId>(rules_.size()));
  if (is_new) rules_.emplace_back();
  rules_[found->second].push_back({{}, replace_all(text, "\\n", "\n"), std::string{language}});
}

void Grammar::finish() {
  for (auto& rule : rules_)
    for (auto& alternative : rule) {
      std::string_view rest = alternative.source;
      auto literal = [&](std::string_view text) {
        if (text.empty()) return;
        alternative.pieces.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(text.size())});
        text_ += text;
      };
      while (!rest.empty()) {
        auto open = rest.find('{'), close = rest.find('}', open);
        if (open == std::string_view::npos || close == std::string_view::npos) break;
        auto name = rest.substr(open + 1, close - open - 1);
        Piece piece;
        piece.rule = find(alternative.language, name);
        if (auto slot = std::find(slots_.begin(), slots_.end(), name); slot != slots_.end())
          piece.slot = static_cast<std::uint8_t>(slot - slots_.begin());
        if (piece.rule == kNone && piece.slot == 0xff) {
          literal(rest.substr(0, open + 1));
          rest.remove_prefix(open + 1);
          continue;
        }
        literal(rest.substr(0, open));
        alternative.pieces.push_back(piece);
        rest.remove_prefix(close + 1);
      }
      literal(rest);
      alternative.source.clear();
    }
}

Grammar::RuleId Grammar::find(std::string_view language, std::string_view name) const {
  for (auto prefix : {language, std::string_view{"en"}, std::string_view{}}) {
    std::string full = prefix.empty() ? std::string{name} : std::string{prefix} + "." + std::string{name};
    if (auto found = ids_.find(full); found != ids_.end()) return found->second;
  }
  return kNone;
}

void Grammar::write(RuleId rule, Random& random, const Values& values, std::string& out) const {
  const auto& alternatives = rules_[rule];
  const auto& chosen = alternatives[alternatives.size() == 1 ? 0 : random.below(alternatives.size())];
  for (const auto& piece : chosen.pieces) {
    if (piece.slot != 0xff) values.append(piece.slot, random, out);
    else if (piece.rule != kNone) write(piece.rule, random, values, out);
    else out.append(text_, piece.from, piece.size);
  }
}

}  // namespace rapport::sim
