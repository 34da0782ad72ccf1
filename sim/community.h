// Who there is: people with their names, jobs, addresses and accounts; organizations; bots, coding agents, shared
// mailboxes and the DevRel team. Made once from the parameters; does not change while time runs.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/names.h"
#include "sim/parameters.h"

namespace rapport::sim {

enum class Platform : std::uint8_t { kGit, kGithub, kForum, kSlack, kDiscord, kStack, kMail, kZulip, kProduct };
inline constexpr std::size_t kPlatforms = 9;
std::string_view platform_name(Platform platform);  // "git", "github", "discourse", …

enum class PersonKind : std::uint8_t { kHuman, kBot, kAgent, kMailbox };
std::string_view person_kind_name(PersonKind kind);

using PersonId = std::uint32_t;

struct Job {
  std::uint32_t organization = 0;
  int from_day = 0, to_day = 0;  // days since the start; [from, to)
  std::string email;             // nobody else's
};

struct Person {
  PersonKind kind = PersonKind::kHuman;
  bool team = false;
  PersonName name;
  std::string later_family;   // ASCII family name after `renamed_day`; empty = never renamed
  int renamed_day = 0;
  std::uint16_t culture = 0;
  int utc_minutes = 0;
  std::string login;          // unique; lower-case letters and digits
  std::string personal_email;
  std::vector<Job> jobs;      // in order of time, not overlapping
  std::uint16_t accounts = 0; // bit per Platform
  int arrival = 0;            // day of the first contact
  float weight = 0;           // how much they do; heavy-tailed (Pareto, 1.35)
  float knowledge = 0;        // 0..1: how much of what they do is answering
  bool codes = false;         // contributes changes

  bool has(Platform platform) const { return accounts >> static_cast<int>(platform) & 1; }
};

struct Organization {
  std::string name, domain;
  bool university = false;
};

// One person's presence on a platform at a moment. For git: a spelling of the author line.
struct Account {
  std::string login, name, email;
};

class Community {
 public:
  explicit Community(const Parameters& parameters);

  const Parameters& parameters() const { return parameters_; }
  const std::vector<Person>& people() const { return people_; }
  const Person& person(PersonId id) const { return people_[id]; }
  const std::vector<Organization>& organizations() const { return organizations_; }
  const Culture& culture(const Person& person) const { return names_.cultures()[person.culture]; }
  std::uint64_t seed() const { return parameters_.seed; }

  // The first `bot_count()` people are bots and coding agents and shared mailboxes, then comes the team, then everybody else by arrival.
  PersonId bot(std::string_view login) const;  // REQUIRES: there is one
  const std::vector<PersonId>& agents() const { return agents_; }
  const std::vector<PersonId>& team() const { return team_; }
  PersonId first_member() const { return first_member_; }  // of the community: neither bot nor team

  // REQUIRES: person.has(platform). `day` matters for git and mail, where the address follows the job.
  Account account(PersonId id, Platform platform, int day) const;
  std::string login(PersonId id, Platform platform) const;  // Account::login alone, which does not change
  // Every spelling the person may ever use there.
  std::vector<Account> accounts(PersonId id, Platform platform) const;
  std::string work_email(PersonId id, int day) const;  // empty if between jobs
  std::string name_on(PersonId id, int day) const;     // ASCII, follows a change of name

 private:
  void add_bots();
  void add_team();
  void add_members();
  void add_organizations();
  void give_addresses();
  Person make_human(PersonId id, int arrival);
  std::string unique_login(const Person& person, Random& random);

  Parameters parameters_;
  Names names_;
  std::vector<Organization> organizations_;
  std::vector<Person> people_;
  std::vector<PersonId> agents_, team_;
  PersonId first_member_ = 0;
};

// The day on which the share `u` of all people has arrived: an S-curve that flattens.
int arrival_day(double u, int days);

}  // namespace rapport::sim
