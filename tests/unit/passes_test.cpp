#include "connectors/passes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "connectors/json_api.h"
#include "tests/support/result_matchers.h"

namespace rapport {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using test::ok;
using Ids = std::vector<std::int64_t>;

constexpr std::size_t kPerPage = 3;

// A list at an API: things with the time of their last change, in days.
struct List {
  std::vector<std::pair<std::int64_t, std::int64_t>> things;  // id, day of change
  int requests = 0;

  static Time at(std::int64_t day) { return time_from_unix(day * 86'400); }

  ListPage page_of(std::vector<std::pair<std::int64_t, std::int64_t>> sorted, std::size_t from) {
    ++requests;
    ListPage list;
    for (std::size_t i = from; i < std::min(from + kPerPage, sorted.size()); ++i) {
      list.page.records.push_back({std::to_string(sorted[i].first), "{}", std::nullopt});
      auto when = at(sorted[i].second);
      list.newest = list.newest ? std::max(*list.newest, when) : when;
      list.oldest = list.oldest ? std::min(*list.oldest, when) : when;
    }
    if (from + kPerPage < sorted.size()) list.token = std::to_string(from + kPerPage);
    return list;
  }
  Result<ListPage> down(const std::string& token) {
    auto sorted = things;
    std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a.second > b.second; });
    return page_of(sorted, token.empty() ? 0 : std::stoul(token));
  }
  Result<ListPage> up(const Since& since) {
    auto sorted = things;
    if (since.from) std::erase_if(sorted, [&](auto thing) { return at(thing.second) < *since.from; });
    std::stable_sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a.second < b.second; });
    return page_of(sorted, since.token.empty() ? 0 : std::stoul(since.token));
  }
};

// One sync: pages until it is caught up, each by a new Reader. `between` is called before each further page.
template <typename Make>
Ids sync(std::string& cursor, Make make, const std::function<void(int)>& between = {}) {
  Ids ids;
  for (int pages = 0; pages < 100; ++pages) {
    if (pages > 0 && between) between(pages);
    auto page = make(cursor)->next();
    EXPECT_TRUE(ok(page));
    for (const auto& record : page->records) ids.push_back(std::stol(record.id));
    cursor = page->next;
    if (page->caught_up) return ids;
  }
  ADD_FAILURE() << "it never caught up";
  return ids;
}

TEST(NewestFirst, reads_all_then_only_what_is_new) {
  List list{{{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}, {6, 60}, {7, 70}}};
  auto make = [&](const std::string& at) { return newest_first(at, days{0}, [&](const std::string& token) { return list.down(token); }); };
  std::string cursor;
  EXPECT_EQ(sync(cursor, make), (Ids{7, 6, 5, 4, 3, 2, 1}));
  list.things.emplace_back(8, 80);
  list.requests = 0;
  EXPECT_EQ(sync(cursor, make), (Ids{8, 7, 6}));
  EXPECT_EQ(list.requests, 1);
}

TEST(NewestFirst, looks_back) {
  List list;
  for (int i = 1; i <= 20; ++i) list.things.emplace_back(i, i);
  auto make = [&](const std::string& at) { return newest_first(at, days{5}, [&](const std::string& token) { return list.down(token); }); };
  std::string cursor;
  sync(cursor, make);
  auto again = sync(cursor, make);
  EXPECT_EQ(again.front(), 20);
  EXPECT_TRUE(std::find(again.begin(), again.end(), 15) != again.end());  // five days before the newest
  EXPECT_TRUE(std::find(again.begin(), again.end(), 5) == again.end());
}

TEST(RecentFirst, begins_with_the_last_months_then_goes_back) {
  List list;
  for (int i = 1; i <= 20; ++i) list.things.emplace_back(i, 1000 + i * 10);
  auto now = List::at(1205);  // 90 days before: 1115
  auto make = [&](const std::string& at) { return recent_first(at, now, [&](const Since& since) { return list.up(since); }); };
  std::string cursor;
  auto ids = sync(cursor, make);
  EXPECT_EQ(ids.front(), 12);  // the first thing of the last 90 days
  auto sorted = ids;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  EXPECT_EQ(sorted.size(), 20u);
  EXPECT_LT(std::find(ids.begin(), ids.end(), 20), std::find(ids.begin(), ids.end(), 1));
  list.requests = 0;
  list.things[3].second = 1210;  // an old thing changed
  EXPECT_EQ(sync(cursor, make), (Ids{20, 4}));
  EXPECT_EQ(list.requests, 1);
}

// With page numbers, what changes while we read moves to the end and pulls what is behind it up over our place.
TEST(RecentFirst, misses_nothing_when_things_change_while_it_reads) {
  List list;
  for (int i = 1; i <= 30; ++i) list.things.emplace_back(i, 1110 + i);
  auto now = List::at(1150);
  auto make = [&](const std::string& at) { return recent_first(at, now, [&](const Since& since) { return list.up(since); }); };
  std::string cursor;
  auto ids = sync(cursor, make, [&](int pages) { if (pages <= 4) list.things[static_cast<std::size_t>(pages)].second = 1145 + pages; });
  for (int i = 1; i <= 30; ++i) EXPECT_TRUE(std::find(ids.begin(), ids.end(), i) != ids.end()) << i;
}

// A list in the order of its numbers, the newest on top, of which one may ask for what changed since.
struct CreatedList : List {
  Result<ListPage> created(const Since& since) {
    auto sorted = things;
    if (since.from) std::erase_if(sorted, [&](auto thing) { return at(thing.second) < *since.from; });
    std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a.first > b.first; });
    return page_of(sorted, since.token.empty() ? 0 : std::stoul(since.token));
  }
};

TEST(ChangedSince, reads_the_last_months_then_all_and_later_what_changed_since_the_pass_before_began) {
  CreatedList list;
  for (int i = 1; i <= 8; ++i) list.things.emplace_back(i, 1000 + i * 10);
  list.things[0].second = 1150;  // old, and changed lately
  auto now = List::at(1155);     // 90 days before: 1065
  auto make = [&](const std::string& at) { return changed_since(at, now, [&](const Since& since) { return list.created(since); }); };
  std::string cursor;
  EXPECT_EQ(sync(cursor, make), (Ids{8, 7, 1, 8, 7, 6, 5, 4, 3, 2, 1}));
  list.things[1].second = 1155;  // as the pass began
  list.requests = 0;
  now = List::at(1160);
  EXPECT_EQ(sync(cursor, make), (Ids{2}));
  EXPECT_EQ(list.requests, 1);
  EXPECT_EQ(sync(cursor, make), (Ids{}));
}

TEST(ChangedSince, misses_nothing_that_changes_or_comes_while_it_reads) {
  CreatedList list;
  for (int i = 1; i <= 30; ++i) list.things.emplace_back(i, 1110 + i);
  auto now = List::at(1150);
  auto make = [&](const std::string& at) { return changed_since(at, now, [&](const Since& since) { return list.created(since); }); };
  std::string cursor;
  auto ids = sync(cursor, make, [&](int pages) {
    now = List::at(1150 + pages);
    if (pages <= 4) list.things.emplace_back(30 + pages, 1150 + pages);
    if (pages == 5) list.things[29].second = 1155;  // long read by then
  });
  for (int i = 1; i <= 30; ++i) EXPECT_TRUE(std::find(ids.begin(), ids.end(), i) != ids.end()) << i;
  auto later = sync(cursor, make);
  for (int i : {30, 31, 32, 33, 34}) EXPECT_TRUE(std::find(later.begin(), later.end(), i) != later.end()) << i;
}

TEST(RecentFirst, gets_past_more_of_one_moment_than_a_page_holds) {
  List list;
  for (int i = 1; i <= 10; ++i) list.things.emplace_back(i, 1120);
  auto now = List::at(1150);
  auto make = [&](const std::string& at) { return recent_first(at, now, [&](const Since& since) { return list.up(since); }); };
  std::string cursor;
  auto ids = sync(cursor, make);
  for (int i = 1; i <= 10; ++i) EXPECT_TRUE(std::find(ids.begin(), ids.end(), i) != ids.end()) << i;
}

TEST(RecentFirst, an_empty_list_catches_up) {
  List list;
  auto make = [&](const std::string& at) { return recent_first(at, List::at(1150), [&](const Since& since) { return list.up(since); }); };
  std::string cursor;
  EXPECT_EQ(sync(cursor, make), Ids{});
  list.things.emplace_back(1, 1151);
  EXPECT_EQ(sync(cursor, make), Ids{1});
}

TEST(OneAfterAnother, reads_every_list_and_each_from_where_it_was) {
  std::map<std::string, List> lists{{"a", {{{1, 10}, {2, 20}, {3, 30}, {4, 40}}}}, {"b", {{{11, 10}}}}, {"c", {{{21, 10}}}}};
  auto make = [&](std::vector<std::string> names) {
    return [&lists, names](const std::string& at) {
      return one_after_another(names, at, [&](const std::string& name, std::string own) {
        return newest_first(std::move(own), days{0}, [&](const std::string& token) { return lists[name].down(token); });
      });
    };
  };
  std::string cursor;
  EXPECT_EQ(sync(cursor, make({"a", "b"})), (Ids{4, 3, 2, 1, 11}));
  lists["a"].things.emplace_back(5, 50);
  EXPECT_EQ(sync(cursor, make({"c", "a"})), (Ids{21, 5, 4, 3}));  // c is new, b is gone
}

TEST(NextLink, is_found_among_others) {  // RFC 8288
  auto next = [](std::string value) { return next_link({200, {{"Link", std::move(value)}}, {}}); };
  EXPECT_EQ(next(R"(<https://a.example/?page=1>; rel="prev", <https://a.example/?page=3&x=a,b;c>; rel="next")"), "https://a.example/?page=3&x=a,b;c");
  EXPECT_EQ(next("<https://a.example/2>; rel=next"), "https://a.example/2");
  EXPECT_EQ(next(R"(<https://a.example/2>; title="x"; REL="start Next", <https://a.example/9>; rel="last")"), "https://a.example/2");
  EXPECT_EQ(next(R"(<https://a.example/9>; rel="last")"), "");
  EXPECT_EQ(next("<https://a.example/9"), "");
  EXPECT_EQ(next(""), "");
}

}  // namespace
}  // namespace rapport
