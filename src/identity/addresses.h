// What an e-mail address says about who is behind it.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// True if the address is somebody's: it has a real host and is no noreply or placeholder ("root@localhost").
// Such an address may stand for identity; the others never do.
bool is_personal_address(std::string_view email);

// The organization's domain behind an address ("lists.example.co.uk" gives "example.co.uk"), empty for free mail
// providers, noreply hosts and addresses without one.
std::string organization_domain(std::string_view email);

}  // namespace rapport
