#include "sim/community.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/text.h"
#include "sim/data_files.h"

namespace rapport::sim {
namespace {

constexpr std::array<std::string_view, kPlatforms> kPlatformNames{"git",  "github", "discourse", "slack", "discord",
                                                                  "stackexchange", "mail", "zulip", "product"};

constexpr std::uint16_t bit(Platform platform) { return static_cast<std::uint16_t>(1u << static_cast<int>(platform)); }
constexpr std::uint16_t kEverywhere = (1u << kPlatforms) - 1;

struct Program {
  std::string_view login, name;
  PersonKind kind;
  std::uint16_t where;
};

// Bots that say so, bots that do not, coding agents that Rapport knows by name, and one that nobody knows.
const std::array kPrograms = std::to_array<Program>({
    {"dependabot[bot]", "dependabot[bot]", PersonKind::kBot, static_cast<std::uint16_t>(bit(Platform::kGit) | bit(Platform::kGithub))},
    {"kelvane-ci[bot]", "kelvane-ci[bot]", PersonKind::kBot, bit(Platform::kGithub)},
    {"stale[bot]", "stale[bot]", PersonKind::kBot, bit(Platform::kGithub)},
    {"releasetrain", "Release Train", PersonKind::kBot, static_cast<std::uint16_t>(bit(Platform::kGit) | bit(Platform::kGithub))},
    {"welcome-bot", "Welcome Bot", PersonKind::kBot, static_cast<std::uint16_t>(bit(Platform::kForum) | bit(Platform::kSlack) | bit(Platform::kDiscord) | bit(Platform::kZulip))},
    {"copilot", "Copilot", PersonKind::kAgent, bit(Platform::kGit)},
    {"patchwright-agent", "Patchwright", PersonKind::kAgent, static_cast<std::uint16_t>(bit(Platform::kGit) | bit(Platform::kGithub))},
    {"devrel", "Kelvane DevRel", PersonKind::kMailbox, bit(Platform::kMail)},
    {"support", "Kelvane Support", PersonKind::kMailbox, bit(Platform::kMail)},
});

constexpr std::string_view kHandleWords[] = {"pixel", "otter", "night", "owl", "byte", "comet", "mono", "lisp", "quiet", "storm",
                                             "rusty", "bucket", "paper", "moon", "fuzzy", "logic", "tiny", "kernel", "salt", "crane"};

std::string letters_only(std::string_view text) {
  std::string out;
  for (char c : lower_ascii(text))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  return out;
}

}  // namespace

std::string_view platform_name(Platform platform) { return kPlatformNames[static_cast<std::size_t>(platform)]; }

std::string_view person_kind_name(PersonKind kind) {
  constexpr std::string_view kNames[] = {"human", "bot", "agent", "mailbox"};
  return kNames[static_cast<std::size_t>(kind)];
}

int arrival_day(double u, int days) {
  // Logistic growth over [-4, 3.2], rescaled; a tenth is there on the first day.
  if (u < 0.1) return 0;
  auto curve = [](double x) { return 1 / (1 + std::exp(-(x * 7.2 - 4))); };
  double low = curve(0), high = curve(1), target = low + (u - 0.1) / 0.9 * (high - low);
  double x = (std::log(target / (1 - target)) + 4) / 7.2;
  return std::clamp(static_cast<int>(x * days), 0, days - 1);
}

Community::Community(const Parameters& parameters) : parameters_(parameters) {
  people_.reserve(static_cast<std::size_t>(parameters.people) + kPrograms.size());
  add_organizations();
  add_bots();
  add_team();
  add_members();
  give_addresses();
}

void Community::add_organizations() {
  std::vector<std::string_view> first, second, university;
  for (auto line : data_lines("organizations.txt")) {
    auto words = split(line, ' ');
    std::vector<std::string_view> rest(words.begin() + 1, words.end());
    if (words[0] == "first") first = rest;
    if (words[0] == "second") second = rest;
    if (words[0] == "university") university = rest;
  }
  organizations_.push_back({kProduct, kDomain});
  for (auto name : university) organizations_.push_back({fmt::format("{} University", name), fmt::format("{}.edu.example", letters_only(name)), true});
  std::size_t wanted = std::max<std::size_t>(8, static_cast<std::size_t>(parameters_.people) / 25), all = first.size() * second.size();
  for (std::size_t i = 0; i < wanted; ++i) {
    auto slot = (i * 187 + 5) % all;  // 187 and the 480 pairs have no common divisor: every pair once before any twice
    auto name = fmt::format("{} {}", first[slot % first.size()], second[slot / first.size()]);
    if (i >= all) name += fmt::format(" {}", i / all + 1);
    organizations_.push_back({name, replace_all(lower_ascii(name), " ", "-") + ".example"});
  }
}

void Community::add_bots() {
  for (const auto& program : kPrograms) {
    Person person;
    person.kind = program.kind;
    person.name = {std::string{program.name}, std::string{program.name}, std::string{program.name}, {}, std::string{program.name}};
    person.login = program.login;
    person.accounts = program.where;
    person.team = program.kind == PersonKind::kMailbox;
    person.personal_email = program.login == "copilot" ? "copilot@github.com"
                            : program.kind == PersonKind::kMailbox
                                ? fmt::format("{}@{}", program.login, kDomain)
                                : fmt::format("{}+{}@users.noreply.github.com", 990000000 + people_.size(), program.login);
    if (person.kind == PersonKind::kAgent) agents_.push_back(static_cast<PersonId>(people_.size()));
    people_.push_back(std::move(person));
  }
}

std::string Community::unique_login(const Person& person, Random& random) {
  std::string stem;
  auto given = letters_only(person.name.given), family = letters_only(person.name.family);
  switch (random.below(5)) {
    case 0: stem = given + family; break;
    case 1: stem = given.substr(0, 1) + family; break;
    case 2: stem = letters_only(person.name.nickname) + family.substr(0, 1); break;
    case 3: stem = family + given.substr(0, 1); break;
    default: stem = fmt::format("{}{}", kHandleWords[random.below(std::size(kHandleWords))], kHandleWords[random.below(std::size(kHandleWords))]);
  }
  if (stem.size() < 3) stem += given + "dev";
  return stem;
}

Person Community::make_human(PersonId id, int arrival) {
  Random random{seed(), Purpose::kPerson, id};
  Person person;
  person.culture = static_cast<std::uint16_t>(names_.pick_culture(random));
  const auto& culture = names_.cultures()[person.culture];
  person.name = names_.pick(culture, random);
  person.utc_minutes = culture.utc_minutes;
  if (random.chance(0.08)) person.utc_minutes = names_.cultures()[names_.pick_culture(random)].utc_minutes;  // lives abroad
  person.login = unique_login(person, random);
  person.arrival = arrival;
  person.weight = static_cast<float>(std::min(400.0, random.pareto(1, 1.35)));
  double u = random.uniform();
  person.knowledge = static_cast<float>(u * u * u);
  if (!person.name.family.empty() && random.chance(0.02)) {
    person.later_family = names_.pick(culture, random).family;
    person.renamed_day = random.range(0, parameters_.days());
    if (names_.is_of_somebody(person.name.given, person.later_family)) person.later_family.clear();
  }

  Random where{seed(), Purpose::kAccounts, id};
  constexpr std::pair<Platform, double> kShares[] = {{Platform::kGithub, 0.6}, {Platform::kForum, 0.5}, {Platform::kSlack, 0.28}, {Platform::kDiscord, 0.3},
                                                     {Platform::kStack, 0.25}, {Platform::kMail, 0.12}, {Platform::kZulip, 0.1}};
  int count = 0;
  for (auto [platform, share] : kShares)
    if (where.chance(share) && count < 5) {
      person.accounts |= bit(platform);
      ++count;
    }
  if (count == 0) person.accounts |= bit(kShares[where.below(std::size(kShares))].first);
  person.codes = person.has(Platform::kGithub) && where.chance(0.3);
  if (person.codes) person.accounts |= bit(Platform::kGit);
  if (where.chance(0.5)) person.accounts |= bit(Platform::kProduct);

  Random work{seed(), Purpose::kJob, id};
  auto some_organization = [&] {
    // Zipf-like: a few large employers.
    double v = work.uniform();
    return static_cast<std::uint32_t>(1 + static_cast<std::size_t>(v * v * v * static_cast<double>(organizations_.size() - 1)));
  };
  if (work.chance(0.6)) {
    int day = -work.range(0, 700);
    while (day < parameters_.days()) {
      int until = day + 120 + static_cast<int>(work.exponential(900));
      if (until > 0) person.jobs.push_back({some_organization(), std::max(0, day), std::min(until, parameters_.days()), {}});
      day = until + (work.chance(0.3) ? work.range(20, 120) : 0);
    }
  }
  return person;
}

void Community::add_team() {
  int size = std::clamp(parameters_.people / 150, 3, 20);
  for (int i = 0; i < size && i < parameters_.people; ++i) {
    auto id = static_cast<PersonId>(people_.size());
    auto person = make_human(id, 0);
    person.team = true;
    person.accounts = kEverywhere & ~bit(Platform::kProduct);
    person.weight = 12;
    person.knowledge = 0.9f;
    person.codes = true;
    person.arrival = i < 2 || size < 4 ? 0 : arrival_day(0.1 + 0.8 * i / size, parameters_.days());
    person.jobs.assign(1, {0, person.arrival, parameters_.days(), {}});
    team_.push_back(id);
    people_.push_back(std::move(person));
  }
}

void Community::add_members() {
  first_member_ = static_cast<PersonId>(people_.size());
  int members = parameters_.people - static_cast<int>(team_.size());
  for (int i = 0; i < members; ++i) {
    Random random{seed(), Purpose::kSpell, static_cast<std::uint64_t>(i)};
    people_.push_back(make_human(static_cast<PersonId>(people_.size()), arrival_day((i + random.uniform()) / members, parameters_.days())));
  }
  // A Person is large: the order is found on numbers, and each is moved once.
  std::vector<PersonId> order(people_.size() - first_member_);
  std::iota(order.begin(), order.end(), first_member_);
  std::stable_sort(order.begin(), order.end(), [&](PersonId a, PersonId b) { return people_[a].arrival < people_[b].arrival; });
  std::vector<Person> sorted;
  sorted.reserve(people_.capacity());
  for (PersonId id = 0; id < first_member_; ++id) sorted.push_back(std::move(people_[id]));
  for (auto id : order) sorted.push_back(std::move(people_[id]));
  people_ = std::move(sorted);
}

// Logins and addresses are unique; of several Wei Wangs the later ones get a number, as employers do.
void Community::give_addresses() {
  constexpr std::string_view kProviders[] = {"mailbox.example", "postfach.example", "inbox.example", "correo.example"};
  std::unordered_map<std::string, int> last;  // by text without a number: the highest given to it; all below are taken
  last.reserve(3 * people_.size());
  for (PersonId id = 0; id < people_.size(); ++id) {
    auto& person = people_[id];
    if (person.kind != PersonKind::kHuman) continue;
    auto unique = [&](const std::string& stem, const std::string& rest) {
      auto text = stem + rest;
      auto [found, is_new] = last.try_emplace(text, 1);
      int& number = found->second;  // stays where it is when the table grows
      while (!is_new) {
        text = fmt::format("{}{}{}", stem, ++number, rest);
        is_new = last.try_emplace(text, 1).second;
      }
      return text;
    };
    person.login = unique(person.login, "");
    person.personal_email = fmt::format("{}@{}", person.login, kProviders[mix(id ^ seed()) % std::size(kProviders)]);
    auto given = letters_only(person.name.given), family = letters_only(person.name.family);
    for (auto& job : person.jobs) {
      auto local = family.empty() ? given : job.organization % 2 == 0 ? given + "." + family : given.substr(0, 1) + family;
      // Somebody who comes back gets the old address again.
      for (const auto& earlier : person.jobs)
        if (earlier.organization == job.organization && !earlier.email.empty()) job.email = earlier.email;
      if (job.email.empty()) job.email = unique(local, "@" + organizations_[job.organization].domain);
    }
  }
}

PersonId Community::bot(std::string_view login) const {
  PersonId id = 0;
  while (people_[id].login != login) ++id;
  return id;
}

std::string Community::work_email(PersonId id, int day) const {
  const auto& person = people_[id];
  for (const auto& job : person.jobs)
    if (day >= job.from_day && day < job.to_day) return job.email;
  return {};
}

std::string Community::name_on(PersonId id, int day) const {
  const auto& person = people_[id];
  if (!person.later_family.empty() && day >= person.renamed_day) return person.name.given + " " + person.later_family;
  return person.name.ascii;
}

std::string Community::login(PersonId id, Platform platform) const {
  const auto& person = people_[id];
  if (person.kind != PersonKind::kHuman) return person.login;
  auto hash = key_of(seed(), Purpose::kLogin, id, static_cast<std::uint64_t>(platform));
  switch (hash % 10) {  // the same handle for most; others pick another place by place
    case 0: case 1: case 2: case 3: case 4: case 5: return person.login;
    case 6: return person.login + "-dev";
    case 7: return "the-" + person.login;
    default:
      return fmt::format("{}-{}-{:x}", kHandleWords[hash / 16 % std::size(kHandleWords)], kHandleWords[hash / 512 % std::size(kHandleWords)], id);
  }
}

Account Community::account(PersonId id, Platform platform, int day) const {
  const auto& person = people_[id];
  auto hash = key_of(seed(), Purpose::kLogin, id, static_cast<std::uint64_t>(platform));
  if (person.kind != PersonKind::kHuman) return {person.login, person.name.native, person.personal_email};
  auto name = name_on(id, day);
  bool renamed = name != person.name.ascii;
  if (platform == Platform::kGit) {
    // The spelling follows the machine: a habit per person, and the address follows the job.
    auto shown = renamed ? name : hash % 5 == 0 ? person.login : hash % 5 == 1 ? person.name.native : name;
    auto work = work_email(id, day);
    auto email = hash / 8 % 6 == 0 ? fmt::format("{}+{}@users.noreply.github.com", 900000000 + id, login(id, Platform::kGithub)) : hash / 8 % 3 == 0 || work.empty() ? person.personal_email : work;
    return {{}, shown, email};
  }
  Account account;
  account.login = login(id, platform);
  switch (hash / 65536 % 8) {
    case 0: account.name = person.name.nickname; break;
    case 1: account.name = account.login; break;
    case 2: account.name = person.name.family.empty() ? person.name.given : person.name.given + " " + person.name.family.substr(0, 1) + "."; break;
    case 3: account.name = {}; break;
    case 4: case 5: account.name = renamed ? name : person.name.native; break;
    default: account.name = name;
  }
  auto work = work_email(id, day);
  if (platform == Platform::kMail) account.email = hash / 4096 % 3 == 0 || work.empty() ? person.personal_email : work;
  if (platform == Platform::kSlack || platform == Platform::kZulip || platform == Platform::kProduct) account.email = work.empty() || hash / 4096 % 4 == 0 ? person.personal_email : work;
  if ((platform == Platform::kMail || platform == Platform::kSlack) && account.name.empty()) account.name = name;
  return account;
}

std::vector<Account> Community::accounts(PersonId id, Platform platform) const {
  const auto& person = people_[id];
  bool has_address = platform == Platform::kGit || platform == Platform::kMail || platform == Platform::kSlack || platform == Platform::kZulip || platform == Platform::kProduct;
  if (!has_address && person.later_family.empty()) return {account(id, platform, 0)};  // no day changes it
  std::vector<int> days{std::max(0, person.arrival), parameters_.days() - 1};
  for (const auto& job : person.jobs) {
    days.push_back(job.from_day);
    days.push_back(job.to_day);
  }
  if (!person.later_family.empty()) {
    days.push_back(person.renamed_day - 1);
    days.push_back(person.renamed_day);
    for (const auto& job : person.jobs) days.push_back(std::clamp(person.renamed_day, job.from_day, job.to_day - 1));
  }
  std::sort(days.begin(), days.end());
  std::vector<Account> out;
  for (int day : days) {
    if (day < 0) continue;
    auto found = account(id, platform, day);
    bool known = std::any_of(out.begin(), out.end(), [&](const Account& a) { return a.login == found.login && a.name == found.name && a.email == found.email; });
    if (!known) out.push_back(std::move(found));
  }
  return out;
}

}  // namespace rapport::sim
