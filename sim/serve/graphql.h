// As much of GraphQL (spec of October 2021) as asking a served community takes: one query operation with variables,
// arguments, aliases, fragments. It is answered from plain JSON, so there is no schema: an object has the fields that its
// JSON has, and an object with "nodes" or "edges" is a connection (first, after, orderBy, totalCount, pageInfo).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace rapport::sim {

struct GraphField {
  std::string alias, name;                                     // name: empty for an inline fragment
  std::string on_type;                                         // of an inline fragment; empty = any
  std::string fragment;                                        // of "...name"
  std::vector<std::pair<std::string, std::string>> arguments;  // values as JSON, variables filled in
  std::vector<GraphField> fields;

  std::optional<std::string> argument(std::string_view name) const;  // JSON; none if not given or null
};

struct GraphQuery {
  std::vector<GraphField> fields;
  std::vector<std::pair<std::string, std::vector<GraphField>>> fragments;
};

// Errors: kBadInput for a text that is no query, or one that changes something.
Result<GraphQuery> parse_graphql(std::string_view text, const JsonValue& variables);

// Where the answer to a root field stands; absent with a reason in `type` and `message` when it is not there.
struct GraphRoot {
  JsonValue value;
  std::string type, message;  // "NOT_FOUND", "Could not resolve to a Repository …"
};

// The whole answer: {"data": …, "errors": […]}. `root` is asked for each field of the query itself.
std::string answer_graphql(const GraphQuery& query, const std::function<GraphRoot(const GraphField&)>& root);

// {"errors":[{"type":…,"message":…}]}, or {"data":null,…}.
std::string graphql_failure(std::string_view type, std::string_view message);

}  // namespace rapport::sim
