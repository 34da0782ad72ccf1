// Names of invented people: given and family names of one culture combined at random, in its script and in ASCII.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/random.h"

namespace rapport::sim {

enum class NameOrder { kGivenFirst, kFamilyFirst, kGivenOnly };

struct Culture {
  std::string name, language, country;
  NameOrder order = NameOrder::kGivenFirst;
  int utc_minutes = 0;
  double share = 1;
  struct Spelling {
    std::string native, ascii;
  };
  std::vector<Spelling> given, family;
};

struct PersonName {
  std::string native;    // as the culture writes it: 王伟, Jürgen Müller
  std::string ascii;     // given name first: "Wei Wang", "Juergen Mueller"
  std::string given;     // ASCII
  std::string family;    // ASCII; empty for given-only cultures
  std::string nickname;  // ASCII; the given name where there is none
};

class Names {
 public:
  Names();  // from sim/data/names.txt, which is built in
  const std::vector<Culture>& cultures() const { return cultures_; }
  // A culture by share, and a name of it. The first names of a list are the commonest, so that different people
  // share "Wei Wang" and "Maria Garcia".
  std::size_t pick_culture(Random& random) const;
  PersonName pick(const Culture& culture, Random& random) const;
  // Whether somebody widely known is called that; both in ASCII.
  bool is_of_somebody(std::string_view given, std::string_view family) const;

 private:
  std::vector<Culture> cultures_;
  std::vector<std::pair<std::string, std::string>> nicknames_;
  std::vector<std::string> never_;  // "Given_Family", sorted
  double total_share_ = 0;
};

}  // namespace rapport::sim
