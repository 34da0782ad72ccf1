// A context-free grammar for texts: "{rule}" stands for one of its alternatives. Parsed once into flat pieces so that
// writing a text is a walk over them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/random.h"

namespace rapport::sim {

class Grammar {
 public:
  using RuleId = std::uint16_t;
  static constexpr RuleId kNone = 0xffff;

  // What a "{slot}" that is no rule asks for. The caller gives it while writing.
  class Values {
   public:
    virtual ~Values() = default;
    virtual void append(std::uint8_t slot, Random& random, std::string& out) const = 0;
  };

  // `slots`: names of the values, in the order of their numbers. Later rules may name earlier and later ones.
  explicit Grammar(std::vector<std::string_view> slots) : slots_(std::move(slots)) {}

  // Adds an alternative to the rule `name`, in language `language` ("de"; empty for rules without one). Within it
  // "{x}" means the rule "<language>.x" if there is one, else "en.x", else the slot x. "\n" is a line break.
  void add(std::string_view language, std::string_view name, std::string_view text);
  // Ties the slots of all alternatives; call once after the last add(). Text in braces that names nothing stays text.
  void finish();

  RuleId find(std::string_view language, std::string_view name) const;  // falls back to English; kNone
  void write(RuleId rule, Random& random, const Values& values, std::string& out) const;

 private:
  struct Piece {
    std::uint32_t from = 0, size = 0;  // of text_
    RuleId rule = kNone;
    std::uint8_t slot = 0xff;
  };
  struct Alternative {
    std::vector<Piece> pieces;
    std::string source, language;
  };
  std::vector<std::string_view> slots_;
  std::map<std::string, RuleId, std::less<>> ids_;
  std::vector<std::vector<Alternative>> rules_;
  std::string text_;
};

}  // namespace rapport::sim
