#include "connectors/discourse/lists.h"

#include <fmt/format.h>

#include "base/json_writer.h"

namespace rapport::discourse {
namespace {

constexpr int kDeepest = 8;  // levels of subcategories; Discourse itself allows three

void add_categories(const JsonValue& list, int depth, Page& page) {
  for (const auto& category : list.items()) {
    auto id = category["id"].integer();
    if (!id) {
      page.rejected.push_back({"categories.json", "a category without an id", category.to_json().substr(0, 300)});
      continue;
    }
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : category.members())
      if (name != "subcategory_list" && name != "topics") json.key(name).raw(value.to_json());
    json.end_object();
    page.records.push_back({fmt::format("{}", *id), json.text(), {}, false});
    if (depth < kDeepest) add_categories(category["subcategory_list"], depth + 1, page);
  }
}

struct UsersCursor {
  std::int64_t page = 0, count = 0;  // of the pass under way
  std::string updated;               // the state of the directory that is being read
  std::string complete;              // the state that was last read to its end
  bool closed = false;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("page").value(page).key("count").value(count).key("updated").value(updated);
    json.key("complete").value(complete).key("closed").value(closed).end_object();
    return json.text();
  }
  static UsersCursor parse(const std::string& text) {
    JsonDocument document;
    auto parsed = document.parse(text);
    if (!parsed) return {};
    auto root = *parsed;
    return {root["page"].integer().value_or(0), root["count"].integer().value_or(0), std::string{root["updated"].text()},
            std::string{root["complete"].text()}, root["closed"].truth()};
  }
};

Result<Page> users_page(const Forum& forum, Http& http, const std::string& text) {
  auto cursor = UsersCursor::parse(text);
  Page page;
  auto stop_here = [&] {
    page.caught_up = true;
    page.next = cursor.to_text();
    return page;
  };
  if (!forum.directory) return stop_here();
  JsonDocument document;
  auto answer = get_json(forum, http, fmt::format("/directory_items.json?period=all&order=days_visited&page={}", cursor.page), document);
  if (!answer) {
    auto kind = answer.error().kind;
    if (kind != Error::Kind::kAuth && kind != Error::Kind::kNotFound) return fail(std::move(answer.error()));
    if (!cursor.closed) page.rejected.push_back({"directory_items.json", "the forum keeps its user directory closed: accounts are known from posts only (users = \"posters\" stops the asking)", answer.error().what});
    cursor = {0, 0, {}, {}, true};
    return stop_here();
  }
  auto meta = (*answer)["meta"];
  auto updated = std::string{meta["last_updated_at"].text()};
  if (cursor.page == 0 && !updated.empty() && updated == cursor.complete) return stop_here();
  if (cursor.page == 0) {
    cursor.updated = updated;
    cursor.count = 0;
  }
  cursor.closed = false;
  std::optional<Time> updated_at;
  if (auto time = parse_time(updated)) updated_at = *time;
  auto items = (*answer)["directory_items"].items();
  for (const auto& item : items) {
    auto id = item["user"]["id"].integer();
    if (id) page.records.push_back({fmt::format("{}", *id), item.to_json(), updated_at, false});
    else page.rejected.push_back({fmt::format("directory_items.json page {}", cursor.page), "a user without an id", item.to_json().substr(0, 300)});
  }
  cursor.count += static_cast<std::int64_t>(items.size());
  page.done = cursor.count;
  page.total = meta["total_rows_directory_items"].integer().value_or((*answer)["total_rows_directory_items"].integer().value_or(0));
  ++cursor.page;
  if (!items.empty() && cursor.count < page.total) {
    page.next = cursor.to_text();
    return page;
  }
  // Made anew while we read: what was read is good, but the next sync reads the new one.
  cursor = {0, 0, {}, updated == cursor.updated ? updated : std::string{}, false};
  return stop_here();
}

}  // namespace

std::unique_ptr<Reader> read_categories(const Forum& forum, Http& http) {
  return paged({}, [forum, &http](const std::string&) -> Result<Page> {
    JsonDocument document;
    auto answer = TRY(get_json(forum, http, "/categories.json?include_subcategories=true", document));
    auto list = answer["category_list"]["categories"];
    if (!list.is_array())
      return fail(Error::Kind::kBadInput, "the list of categories is not what Discourse sends: no category_list.categories", "check that `url` is the front page of a Discourse forum");
    Page page;
    add_categories(list, 0, page);
    page.next = "{}";
    page.caught_up = true;
    return page;
  });
}

std::unique_ptr<Reader> read_users(const Forum& forum, const std::string& cursor, Http& http) {
  return paged(cursor, [forum, &http](const std::string& at) { return users_page(forum, http, at); });
}

}  // namespace rapport::discourse
