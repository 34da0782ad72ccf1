#include "identity/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/text.h"
#include "identity/account_kind.h"
#include "identity/addresses.h"
#include "store/migrations.h"

namespace rapport {
namespace {

struct Account {
  std::int64_t id = 0;
  std::string platform, login, name, email, said;
  std::int64_t activities = 0;
};

// How sure a rule is. Under this threshold a link would be a suggestion; none of the rules here is.
struct Evidence {
  double probability = 1;
  std::string reason = "the only account";
};

// Somebody else's machine or a mailing list: an address under which this many names write is nobody's own.
constexpr std::size_t kNamesOfASharedAddress = 5;

class People {
 public:
  explicit People(std::vector<Account> accounts) : accounts_(std::move(accounts)), parent_(accounts_.size()), evidence_(accounts_.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }

  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The account with the smaller id leads, so that ids of people do not depend on the order of rules.
  void link(std::size_t a, std::size_t b, const Evidence& evidence) {
    auto x = root(a), y = root(b);
    if (x == y) return;
    if (accounts_[y].id < accounts_[x].id) std::swap(x, y);
    parent_[y] = x;
    for (auto i : {a, b})
      if (evidence_[i].reason == Evidence{}.reason) evidence_[i] = evidence;
  }

  std::vector<Account>& accounts() { return accounts_; }
  const Evidence& evidence(std::size_t i) const { return evidence_[i]; }

 private:
  std::vector<Account> accounts_;
  std::vector<std::size_t> parent_;
  std::vector<Evidence> evidence_;
};

// ---- rules ---------------------------------------------------------------------------------------------------

void link_same_address(People& people) {
  std::map<std::string, std::vector<std::size_t>> by_address;
  for (std::size_t i = 0; i < people.accounts().size(); ++i) {
    const auto& email = people.accounts()[i].email;
    if (is_personal_address(email)) by_address[lower_ascii(trim(email))].push_back(i);
  }
  for (const auto& [address, members] : by_address) {
    std::set<std::string> names;
    for (auto i : members) names.insert(lower_ascii(trim(people.accounts()[i].name)));
    if (names.size() >= kNamesOfASharedAddress) continue;
    for (auto i : members) people.link(members.front(), i, {0.99, "same e-mail address"});
  }
}

struct Hint {
  std::string kind, name, email, other_name, other_email;
};

void link_hints(People& people, const std::vector<Hint>& hints) {
  std::multimap<std::string, std::size_t> by_address;
  for (std::size_t i = 0; i < people.accounts().size(); ++i) by_address.emplace(lower_ascii(trim(people.accounts()[i].email)), i);
  for (const auto& hint : hints) {
    if (hint.email.empty() || hint.other_email.empty()) continue;
    auto [other, other_end] = by_address.equal_range(hint.other_email);
    for (; other != other_end; ++other) {
      if (!hint.other_name.empty() && lower_ascii(hint.other_name) != lower_ascii(people.accounts()[other->second].name)) continue;
      auto [one, one_end] = by_address.equal_range(hint.email);
      for (; one != one_end; ++one) people.link(one->second, other->second, {0.95, "the project's ." + hint.kind + " says so"});
    }
  }
}

// ---- what the user wrote in rapport.toml ---------------------------------------------------------------------

bool matches(const Account& account, const std::vector<std::string>& patterns) {
  for (const auto& pattern : patterns) {
    auto wanted = lower_ascii(trim(pattern));
    if (wanted == lower_ascii(account.email) || wanted == lower_ascii(account.login) || wanted == lower_ascii(account.name)) return true;
    if (wanted == lower_ascii(account.platform) + ":" + lower_ascii(account.login)) return true;
  }
  return false;
}

bool in_domains(const Account& account, const std::vector<std::string>& domains) {
  auto email = lower_ascii(account.email);
  for (const auto& domain : domains)
    if (email.ends_with("@" + lower_ascii(domain)) || email.ends_with("." + lower_ascii(domain))) return true;
  return false;
}

// ---- tables --------------------------------------------------------------------------------------------------

Result<std::vector<Account>> read_accounts(Store& store) {
  auto rows = TRY(store.query(
      "SELECT a.account_id, a.platform, a.login, a.name, a.email, a.kind, coalesce(n.activities, 0) FROM account a LEFT JOIN (SELECT account_id, "
      "count(*) AS activities FROM activity GROUP BY account_id) n USING (account_id) ORDER BY a.account_id")).rows;
  std::vector<Account> accounts;
  accounts.reserve(rows.size());
  for (const auto& row : rows)
    accounts.push_back({to_integer(row[0]), to_text(row[1]), to_text(row[2]), to_text(row[3]), to_text(row[4]), to_text(row[5]), to_integer(row[6])});
  return accounts;
}

Result<std::vector<Hint>> read_hints(Store& store) {
  auto rows = TRY(store.query("SELECT kind, name, email, other_name, other_email FROM identity_hint ORDER BY ALL")).rows;
  std::vector<Hint> hints;
  for (const auto& row : rows) hints.push_back({to_text(row[0]), to_text(row[1]), to_text(row[2]), to_text(row[3]), to_text(row[4])});
  return hints;
}

struct Person {
  std::string name, kind = "human";
  std::int64_t name_activities = -1;
  bool forced_human = false, team = false;
  std::string team_reason;
};

constexpr ColumnSpec kPersonColumns[] = {{"person_id", ColumnType::kInteger}, {"name", ColumnType::kText}, {"kind", ColumnType::kText}};
constexpr ColumnSpec kLinkColumns[] = {{"account_id", ColumnType::kInteger}, {"person_id", ColumnType::kInteger},
                                       {"probability", ColumnType::kReal}, {"reason", ColumnType::kText}};
constexpr ColumnSpec kTeamColumns[] = {{"person_id", ColumnType::kInteger}, {"reason", ColumnType::kText}};
constexpr ColumnSpec kDomainColumns[] = {{"account_id", ColumnType::kInteger}, {"domain", ColumnType::kText}};

// People belong to the organization whose addresses they use, from the day they first use one until the day they
// first use another's.
constexpr const char* kAffiliations = R"(
DELETE FROM organization; DELETE FROM affiliation;
INSERT INTO organization SELECT DISTINCT stable_id('organization/' || domain), domain, domain FROM account_domain;
INSERT INTO affiliation
WITH first_use AS (
  SELECT ap.person_id, d.domain, min(a.happened_at)::DATE AS from_day
  FROM account_domain d JOIN account_person ap USING (account_id) JOIN activity a USING (account_id)
  GROUP BY ALL
)
SELECT person_id, stable_id('organization/' || domain), from_day,
       coalesce(lead(from_day) OVER (PARTITION BY person_id ORDER BY from_day, domain), DATE '9999-12-31'), 'e-mail address'
FROM first_use
QUALIFY from_day < coalesce(lead(from_day) OVER (PARTITION BY person_id ORDER BY from_day, domain), DATE '9999-12-31');
DROP TABLE account_domain;
)";

}  // namespace

Result<> identify(Store& store, const PeopleRules& rules) {
  People people{TRY(read_accounts(store))};
  link_same_address(people);
  link_hints(people, TRY(read_hints(store)));

  std::map<std::size_t, Person> persons;
  std::map<std::size_t, int> members;
  RowBatch domains{kDomainColumns};
  for (std::size_t i = 0; i < people.accounts().size(); ++i) {
    const auto& account = people.accounts()[i];
    auto& person = persons[people.root(i)];
    ++members[people.root(i)];
    const auto& name = account.name.empty() ? account.login : account.name;
    if (!name.empty() && account.activities > person.name_activities) {
      person.name = name;
      person.name_activities = account.activities;
    }
    auto kind = kind_of_account(account.said, account.login, account.name, account.email);
    if (matches(account, rules.bots)) person.kind = "bot";
    if (matches(account, rules.humans)) person.forced_human = true;
    if (kind.kind != "human" && person.kind == "human") person.kind = kind.kind;
    if (matches(account, rules.team)) person.team_reason = "named in rapport.toml";
    else if (in_domains(account, rules.team_domains)) person.team_reason = "address of the team's domain";
    auto domain = organization_domain(account.email);
    if (!domain.empty()) domains.integer(account.id).text(domain);
  }

  RowBatch person_rows{kPersonColumns}, links{kLinkColumns}, team{kTeamColumns};
  for (const auto& [root, person] : persons) {
    auto id = people.accounts()[root].id;
    person_rows.integer(id).text(person.name).text(person.forced_human ? "human" : person.kind);
    if (!person.team_reason.empty()) team.integer(id).text(person.team_reason);
  }
  for (std::size_t i = 0; i < people.accounts().size(); ++i) {
    auto root = people.root(i);
    const auto& evidence = people.evidence(i);
    links.integer(people.accounts()[i].id).integer(people.accounts()[root].id).real(evidence.probability);
    links.text(members[root] == 1 ? std::string_view{"the only account"} : std::string_view{evidence.reason});
  }

  auto transaction = TRY(Transaction::begin(store));
  TRY(store.execute("DELETE FROM person; DELETE FROM account_person; DELETE FROM team_member; DELETE FROM team_rule;"
                    "CREATE OR REPLACE TEMP TABLE account_domain (account_id BIGINT, domain VARCHAR);"));
  TRY(store.append("person", person_rows));
  TRY(store.append("account_person", links));
  TRY(store.append("team_member", team));
  TRY(store.append("account_domain", domains));
  for (const auto& [kind, patterns] : {std::pair{"team", &rules.team}, {"team_domain", &rules.team_domains}, {"bot", &rules.bots}, {"human", &rules.humans}})
    for (const auto& pattern : *patterns)
      TRY(store.execute("INSERT INTO team_rule VALUES ($kind, $pattern)", {{"kind", std::string{kind}}, {"pattern", pattern}}));
  TRY(store.execute(kAffiliations));
  TRY(refresh_facts(store));
  return transaction.commit();
}

}  // namespace rapport
