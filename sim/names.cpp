#include "sim/names.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "sim/data_files.h"

namespace rapport::sim {
namespace {

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::vector<Culture::Spelling> spellings(std::string_view list) {
  std::vector<Culture::Spelling> out;
  for (auto word : split(list, ' ')) {
    auto equals = word.find('=');
    if (equals == std::string_view::npos) out.push_back({std::string{word}, std::string{word}});
    else out.push_back({std::string{word.substr(0, equals)}, std::string{word.substr(equals + 1)}});
  }
  return out;
}

const Culture::Spelling& commonest_first(const std::vector<Culture::Spelling>& list, Random& random) {
  double u = random.uniform();
  return list[static_cast<std::size_t>(u * u * static_cast<double>(list.size()))];
}

}  // namespace

Names::Names() {
  for (auto line : data_lines("names.txt")) {
    auto space = line.find(' ');
    auto kind = line.substr(0, space), rest = line.substr(space + 1);
    if (kind == "culture") {
      auto words = split(rest, ' ');
      Culture culture;
      culture.name = words[0];
      culture.order = words[1] == "family-first" ? NameOrder::kFamilyFirst : words[1] == "given-only" ? NameOrder::kGivenOnly : NameOrder::kGivenFirst;
      culture.language = words[2];
      culture.country = words[3];
      culture.utc_minutes = number(words[4]);
      culture.share = number(words[5]);
      total_share_ += culture.share;
      cultures_.push_back(std::move(culture));
    } else if (kind == "given") {
      cultures_.back().given = spellings(rest);
    } else if (kind == "family") {
      cultures_.back().family = spellings(rest);
    } else if (kind == "nick") {
      for (const auto& pair : spellings(rest)) nicknames_.emplace_back(pair.native, pair.ascii);
    } else if (kind == "never") {
      for (auto pair : split(rest, ' ')) never_.emplace_back(pair);
    }
  }
  std::sort(never_.begin(), never_.end());
}

std::size_t Names::pick_culture(Random& random) const {
  double left = random.uniform() * total_share_;
  for (std::size_t i = 0; i + 1 < cultures_.size(); ++i)
    if ((left -= cultures_[i].share) < 0) return i;
  return cultures_.size() - 1;
}

PersonName Names::pick(const Culture& culture, Random& random) const {
  const auto* drawn = &commonest_first(culture.given, random);
  const auto& family = commonest_first(culture.family, random);
  // The next given name of the list will do; several that all are somebody's stand nowhere together.
  while (culture.order != NameOrder::kGivenOnly && is_of_somebody(drawn->ascii, family.ascii)) drawn = drawn == &culture.given.back() ? &culture.given.front() : drawn + 1;
  const auto& given = *drawn;
  PersonName name{given.native, given.ascii, given.ascii, {}, given.ascii};
  if (culture.order != NameOrder::kGivenOnly) {
    name.family = family.ascii;
    name.ascii = given.ascii + " " + family.ascii;
    bool joined = culture.order == NameOrder::kFamilyFirst && static_cast<unsigned char>(family.native.front()) >= 0xE3;
    if (joined) name.native = family.native + given.native;
    else if (culture.order == NameOrder::kFamilyFirst) name.native = family.native + " " + given.native;
    else name.native = given.native + " " + family.native;
  }
  for (const auto& [full, shorter] : nicknames_)
    if (full == given.ascii) name.nickname = shorter;
  return name;
}

bool Names::is_of_somebody(std::string_view given, std::string_view family) const {
  return std::binary_search(never_.begin(), never_.end(), std::string{given}.append("_").append(family));
}

}  // namespace rapport::sim
