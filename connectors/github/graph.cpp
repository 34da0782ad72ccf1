#include "connectors/github/graph.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::github {
namespace {

constexpr std::string_view kActor = "{__typename login ... on User{databaseId name}}";

// Who reacted, or how many.
std::string reactions_field(Reactions wanted) {
  if (wanted == Reactions::kNone) return {};
  if (wanted == Reactions::kCounts) return " reactionGroups{content reactors{totalCount}}";
  return fmt::format(" reactionGroups{{content reactors{{totalCount}}}} reactions(first:100){{nodes{{content createdAt user{}}}}}", kActor);
}

std::string review_fields() {
  return fmt::format("pageInfo{{hasNextPage endCursor}} nodes{{databaseId url state body submittedAt author{} authorAssociation}}", kActor);
}

std::string pull_query() {
  return fmt::format(
      "query($owner:String!,$name:String!,$after:String){{repository(owner:$owner,name:$name){{"
      "pullRequests(first:50,after:$after,orderBy:{{field:UPDATED_AT,direction:DESC}}){{pageInfo{{hasNextPage endCursor}} nodes{{"
      "number databaseId url title body state isDraft createdAt updatedAt closedAt mergedAt mergedBy{0} author{0} authorAssociation "
      "baseRefName headRefName additions deletions changedFiles commits{{totalCount}} comments{{totalCount}} labels(first:30){{nodes{{name}}}} "
      "milestone{{title}} reviews(first:30){{{1}}}}}}}}}}}",
      kActor, review_fields());
}

std::string more_reviews_query() {
  return fmt::format(
      "query($owner:String!,$name:String!,$number:Int!,$after:String){{repository(owner:$owner,name:$name){{"
      "pullRequest(number:$number){{reviews(first:100,after:$after){{{}}}}}}}}}",
      review_fields());
}

std::string reply_fields(Reactions wanted) {
  return fmt::format("pageInfo{{hasNextPage endCursor}} nodes{{databaseId url body createdAt updatedAt isAnswer upvoteCount author{} authorAssociation{}}}",
                     kActor, reactions_field(wanted));
}

std::string comment_fields(Reactions wanted) {
  return fmt::format(
      "pageInfo{{hasNextPage endCursor}} nodes{{id databaseId url body createdAt updatedAt isAnswer upvoteCount author{} authorAssociation{} "
      "replies(first:30){{{}}}}}",
      kActor, reactions_field(wanted), reply_fields(wanted));
}

// GitHub refuses questions that could bring more than 500,000 things; names of up to 100 for each reply are many.
std::string discussion_query(Reactions wanted) {
  int discussions = wanted == Reactions::kNames ? 5 : 20;
  return fmt::format(
      "query($owner:String!,$name:String!,$after:String){{repository(owner:$owner,name:$name){{"
      "discussions(first:{3},after:$after,orderBy:{{field:UPDATED_AT,direction:DESC}}){{pageInfo{{hasNextPage endCursor}} nodes{{"
      "number databaseId url title body createdAt updatedAt closed closedAt upvoteCount answerChosenAt answerChosenBy{0} author{0} authorAssociation "
      "category{{name isAnswerable}} labels(first:30){{nodes{{name}}}}{1} comments(first:30){{{2}}}}}}}}}}}",
      kActor, reactions_field(wanted), comment_fields(wanted), discussions);
}

std::string more_comments_query(Reactions wanted) {
  return fmt::format(
      "query($owner:String!,$name:String!,$number:Int!,$after:String){{repository(owner:$owner,name:$name){{"
      "discussion(number:$number){{comments(first:50,after:$after){{{}}}}}}}}}",
      comment_fields(wanted));
}

// Replies can only be asked for from their comment; `repository` stands beside so that every answer has it.
std::string more_replies_query(Reactions wanted) {
  return fmt::format(
      "query($owner:String!,$name:String!,$comment:ID!,$after:String){{repository(owner:$owner,name:$name){{name}} "
      "node(id:$comment){{... on DiscussionComment{{replies(first:100,after:$after){{{}}}}}}}}}",
      reply_fields(wanted));
}

std::string star_query() {
  return fmt::format(
      "query($owner:String!,$name:String!,$after:String){{repository(owner:$owner,name:$name){{"
      "stargazers(first:100,after:$after,orderBy:{{field:STARRED_AT,direction:DESC}}){{pageInfo{{hasNextPage endCursor}} "
      "edges{{starredAt node{{__typename login databaseId name}}}}}}}}}}");
}

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

std::string next_cursor(const JsonValue& connection) {
  auto info = connection["pageInfo"];
  return info["hasNextPage"].truth() ? std::string{info["endCursor"].text()} : std::string{};
}

std::pair<std::string, std::string> after(const std::string& token) { return {"after", token.empty() ? "null" : quoted(token)}; }

void append_items(std::string& list, const JsonValue& connection, std::string_view first_member = {}) {
  for (const auto& node : connection["nodes"].items()) {
    auto json = node.to_json();
    if (json.size() <= 2) continue;
    if (!list.empty()) list += ',';
    list += first_member.empty() ? json : fmt::format("{{{},{}", first_member, std::string_view{json}.substr(1));
  }
}

// What did not fit beside a pull request: its later reviews.
Result<std::string> later_reviews(const Place& place, const JsonValue& pull) {
  std::string list;
  for (auto token = next_cursor(pull["reviews"]); !token.empty();) {
    auto answer = TRY(place.api->query(*place.http, place.repository, more_reviews_query(), {{"number", pull["number"].to_json()}, after(token)}));
    auto reviews = answer.root["pullRequest"]["reviews"];
    append_items(list, reviews);
    token = next_cursor(reviews);
  }
  return list.empty() ? list : ",\"_more_reviews\":[" + list + "]";
}

// The later replies to each comment of `connection`, each with the number of that comment.
Result<> add_later_replies(const Place& place, const JsonValue& connection, std::string& list) {
  for (const auto& comment : connection["nodes"].items()) {
    auto parent = fmt::format("\"_comment\":{}", comment["databaseId"].to_json());
    for (auto token = next_cursor(comment["replies"]); !token.empty();) {
      auto answer = TRY(place.api->query(*place.http, place.repository, more_replies_query(place.reactions), {{"comment", quoted(comment["id"].text())}, after(token)}));
      auto root = TRY(answer.document.parse(answer.response.body));
      auto replies = root["data"]["node"]["replies"];
      append_items(list, replies, parent);
      token = next_cursor(replies);
    }
  }
  return {};
}

Result<std::string> later_comments(const Place& place, const JsonValue& discussion) {
  std::string comments, replies;
  TRY(add_later_replies(place, discussion["comments"], replies));
  for (auto token = next_cursor(discussion["comments"]); !token.empty();) {
    auto answer = TRY(place.api->query(*place.http, place.repository, more_comments_query(place.reactions), {{"number", discussion["number"].to_json()}, after(token)}));
    auto more = answer.root["discussion"]["comments"];
    append_items(comments, more);
    token = next_cursor(more);
    TRY(add_later_replies(place, more, replies));
  }
  std::string members;
  if (!comments.empty()) members += ",\"_more_comments\":[" + comments + "]";
  if (!replies.empty()) members += ",\"_more_replies\":[" + replies + "]";
  return members;
}

struct Kind {
  std::string query;
  const char* connection;
  const char* items;  // "nodes" or "edges"
  const char* time;
  std::string (*id)(const Place& place, const JsonValue& item);  // empty when it has none
  Result<std::string> (*more)(const Place& place, const JsonValue& item);
};

Result<ListPage> read_page(const Place& place, const Kind& kind, const std::string& token) {
  auto answer = TRY(place.api->query(*place.http, place.repository, kind.query, {after(token)}));
  auto connection = answer.root[kind.connection];
  if (!connection[kind.items].is_array())
    return fail(Error::Kind::kUpstream, fmt::format("GitHub's GraphQL sent no {} of {}", kind.connection, printable(place.repository.full_name())),
                "try again later; if it stays so, this server is too old for it: leave the stream out of `streams`");
  ListPage out;
  out.token = next_cursor(connection);
  std::size_t number = 0;
  for (const auto& item : connection[kind.items].items()) {
    ++number;
    auto time = time_of(item[kind.time]);
    if (time && (!out.newest || *time > *out.newest)) out.newest = time;
    if (time && (!out.oldest || *time < *out.oldest)) out.oldest = time;
    auto id = kind.id(place, item);
    if (id.empty()) {
      out.page.rejected.push_back({fmt::format("{} of {} after {} item {}", kind.connection, place.repository.full_name(), token, number), "an item that does not say which it is", item.to_json().substr(0, 300)});
      continue;
    }
    out.page.records.push_back({std::move(id), record_of(place.repository, item, TRY(kind.more(place, item))), time, false});
  }
  return out;
}

std::string id_by_number(const Place& place, const JsonValue& item) {
  auto number = item["number"].integer();
  return number ? fmt::format("{}#{}", place.repository.key(), *number) : std::string{};
}

std::string id_of_star(const Place& place, const JsonValue& edge) {
  auto id = edge["node"]["databaseId"].integer();
  return id ? fmt::format("{}/{}", place.repository.key(), *id) : std::string{};
}

Result<std::string> nothing_more(const Place&, const JsonValue&) { return std::string{}; }

std::unique_ptr<Reader> read_newest(Place place, Kind kind, std::chrono::seconds look_back, const std::string& cursor) {
  return newest_first(cursor, look_back, [place = std::move(place), kind = std::move(kind)](const std::string& token) { return read_page(place, kind, token); });
}

}  // namespace

std::unique_ptr<Reader> read_pulls(Place place, const std::string& cursor) {
  return read_newest(std::move(place), {pull_query(), "pullRequests", "nodes", "updatedAt", id_by_number, later_reviews}, std::chrono::seconds{0}, cursor);
}

std::unique_ptr<Reader> read_discussions(Place place, const std::string& cursor) {
  auto query = discussion_query(place.reactions);
  return read_newest(std::move(place), {std::move(query), "discussions", "nodes", "updatedAt", id_by_number, later_comments}, std::chrono::seconds{0}, cursor);
}

std::unique_ptr<Reader> read_stars(Place place, const std::string& cursor) {
  return read_newest(std::move(place), {star_query(), "stargazers", "edges", "starredAt", id_of_star, nothing_more}, std::chrono::seconds{0}, cursor);
}

}  // namespace rapport::github
