// Lists of REST APIs that are told page by page, the next one in the Link header: what github, gitlab and gitea share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "connectors/json_api.h"
#include "connectors/passes.h"

namespace rapport {

struct RestList {
  std::vector<JsonValue> items;  // of `answer`
  JsonAnswer answer;
  std::string next;  // the page behind this one; empty = it is the last
};

// A server as its lists need to know it.
struct RestServer {
  std::string site;  // as JsonApi::site
  std::string base;  // where its API is, without a slash at its end
};

// Errors: kUpstream when the answer is no list, or as next_page().
Result<RestList> as_list(const RestServer& server, std::string_view url, JsonAnswer answer);
// The page behind `answer`, empty if it is the last. Errors: kUpstream when it leads to another server, which must not get
// our token.
Result<std::string> next_page(const RestServer& server, const HttpResponse& answer);
// Whether the error is the server's answer of this status, as get_json() says it.
bool answered(const Error& error, int status);

// How the items of a list become records.
struct ItemKind {
  const char* id;       // the member that names an item
  const char* time;     // the member by which it is sorted; null = none is needed
  std::string prefix;   // in front of the id in a record's name
  std::string members;  // put in front of an item's own: `"_repository":"a/b"`, because most lists do not say where they are
};
// Further members of an item, each with a comma in front: what needed another request.
using MoreMembers = std::function<Result<std::string>(const JsonValue& item)>;

// The records of one page; items without an id are set aside, `where` is their list. So is what `more` does not find (404), of
// one item that went while the list was read; the item itself is kept.
Result<ListPage> records_of(const RestList& list, const ItemKind& kind, const std::string& where, const MoreMembers& more = nullptr);

// `value`, an object, again as JSON with `members` in front and `more` (begins with a comma, or empty) behind those.
std::string with_members(std::string_view members, const JsonValue& value, std::string_view more = {});
// `"name":"text"`
std::string json_member(std::string_view name, std::string_view text);
std::optional<Time> time_of(const JsonValue& value);
// Takes one more thing's time into the page's newest and oldest.
void widen(ListPage& list, const std::optional<Time>& time);

// A list that has no order to rely on: every pass reads all of it, `fetch` gets the address of a page, empty = the first.
std::unique_ptr<Reader> all_each_time(const std::string& cursor, std::function<Result<ListPage>(const std::string& token)> fetch);

}  // namespace rapport
