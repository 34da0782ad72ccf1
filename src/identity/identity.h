// Who is who: accounts -> people, bots, team, organizations. Explained (every link has a reason), reversible
// (everything is computed anew from accounts, hints and rules each time), and closed when in doubt: accounts are
// one person only on evidence, never because a name looks alike.
//
// reads   account, activity, identity_hint, and the people rules of rapport.toml
// writes  person, account_person, team_member, organization, affiliation, team_rule, and the fact tables, so that
//         every figure follows at once
#pragma once

#include "store/store.h"
#include "workspace/workspace.h"

namespace rapport {

// O(accounts · log accounts) plus one scan of activity. Deterministic: the same accounts, hints and rules give
// the same rows.
Result<> identify(Store& store, const PeopleRules& rules);

}  // namespace rapport
