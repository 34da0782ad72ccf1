#include "connectors/discourse/topic_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/json_writer.h"
#include "connectors/discourse/topic_record.h"

namespace rapport::discourse {
namespace {

constexpr std::int64_t kNever = INT64_MAX;
constexpr std::int64_t kClockSlack = 60'000'000;  // µs: a bump may become visible a little after its own time
constexpr std::size_t kMostKnown = 3000;          // topics to be compared at the next pass; bounds the cursor
constexpr int kMostIdlePages = 200;         // a pass that goes on after a pause meets what was bumped in between

// What the list says of a topic: "<bumped in µs>.<the rest>". Differs whenever there is reason to read it again.
using Print = std::string;
using Prints = std::map<std::int64_t, Print>;

struct Listed {
  std::int64_t id = 0, bumped = 0;
  bool pinned = false;
  Print print;
};

std::int64_t bumped_of(const Print& print) {
  std::int64_t bumped = 0;
  std::from_chars(print.data(), print.data() + print.size(), bumped);
  return bumped;
}

struct Cursor {
  std::int64_t since = 0;   // everything bumped before is known from earlier passes
  Prints known;             // topics at or after `since`, as of the last pass
  // The pass under way.
  std::int64_t page = 0, newest = 0, reached = kNever;
  std::set<std::int64_t> edge;     // topics bumped exactly at `reached` that were taken
  Prints seen;
  std::vector<std::int64_t> todo;  // to be read before the next list page
  std::vector<std::int64_t> retry, failed;  // could not be shown in the last pass; in this one
  bool listed = false;             // the list has been read as far as needed
  std::int64_t idle = 0;           // list pages in a row that brought nothing older
  std::int64_t topics = 0;         // read in this pass

  std::string to_text() const;
  static Cursor parse(const std::string& text);
};

void write_prints(JsonWriter& json, std::string_view name, const Prints& prints) {
  json.key(name).begin_object();
  for (const auto& [id, print] : prints) json.key(fmt::format("{}", id)).value(print);
  json.end_object();
}
Prints read_prints(const JsonValue& value) {
  Prints prints;
  for (const auto& [name, print] : value.members()) {
    std::int64_t id = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), id).ec == std::errc{}) prints[id] = std::string{print.text()};
  }
  return prints;
}
template <class Ids>
void write_ids(JsonWriter& json, std::string_view name, const Ids& ids) {
  json.key(name).begin_array();
  for (auto id : ids) json.value(id);
  json.end_array();
}

std::string Cursor::to_text() const {
  JsonWriter json;
  json.begin_object().key("since").value(since);
  write_prints(json, "known", known);
  write_ids(json, "retry", retry);
  bool between_passes = page == 0 && !listed;
  if (!between_passes) {
    json.key("page").value(page).key("newest").value(newest).key("reached").value(reached).key("listed").value(listed);
    json.key("idle").value(idle).key("topics").value(topics);
    write_ids(json, "edge", edge);
    write_ids(json, "todo", todo);
    write_ids(json, "failed", failed);
    write_prints(json, "seen", seen);
  }
  json.end_object();
  return json.text();
}

Cursor Cursor::parse(const std::string& text) {
  Cursor cursor;
  JsonDocument document;
  auto parsed = document.parse(text);
  if (!parsed) return cursor;
  auto root = *parsed;
  cursor.since = root["since"].integer().value_or(0);
  cursor.known = read_prints(root["known"]);
  for (const auto& id : root["retry"].items()) cursor.retry.push_back(id.integer().value_or(0));
  cursor.page = root["page"].integer().value_or(0);
  cursor.newest = root["newest"].integer().value_or(0);
  cursor.reached = root["reached"].integer().value_or(kNever);
  cursor.listed = root["listed"].truth();
  cursor.idle = root["idle"].integer().value_or(0);
  cursor.topics = root["topics"].integer().value_or(0);
  for (const auto& id : root["edge"].items()) cursor.edge.insert(id.integer().value_or(0));
  for (const auto& id : root["todo"].items()) cursor.todo.push_back(id.integer().value_or(0));
  for (const auto& id : root["failed"].items()) cursor.failed.push_back(id.integer().value_or(0));
  cursor.seen = read_prints(root["seen"]);
  return cursor;
}

std::int64_t microseconds(const JsonValue& time) {
  auto read = parse_time(time.text());
  return read ? read->time_since_epoch().count() : 0;
}

Listed listed_of(const JsonValue& topic) {
  Listed listed;
  listed.id = topic["id"].integer().value_or(0);
  listed.pinned = topic["pinned"].truth() || topic["pinned_globally"].truth();
  for (auto field : {"bumped_at", "last_posted_at", "created_at"})
    if (listed.bumped == 0) listed.bumped = microseconds(topic[field]);
  auto number = [&](std::string_view field) { return topic[field].integer().value_or(0); };
  auto flag = [&](std::string_view field) { return topic[field].truth() ? 1 : 0; };
  listed.print = fmt::format("{}.{}.{}.{}.{}{}{}.{}.{:x}", listed.bumped, microseconds(topic["last_posted_at"]) / 1000, number("posts_count"),
                             number("like_count"), flag("has_accepted_answer"), flag("closed"), flag("archived"), number("category_id"),
                             text_hash(topic["title"].text()) >> 40);
  return listed;
}

class TopicFeed : public Reader {
 public:
  TopicFeed(Forum forum, const std::string& cursor, Http& http) : forum_(std::move(forum)), cursor_(Cursor::parse(cursor)), http_(http) {}

  Result<Page> next() override {
    Page page;
    if (!cursor_.todo.empty()) {
      TRY(read_topic(cursor_.todo.front(), page));
      cursor_.todo.erase(cursor_.todo.begin());
      ++cursor_.topics;
    } else if (!cursor_.listed) {
      TRY(list());
    }
    page.done = cursor_.topics;
    if (cursor_.listed && cursor_.todo.empty()) {
      finish_pass();
      page.caught_up = true;
    }
    page.next = cursor_.to_text();
    return page;
  }

 private:
  Result<> read_topic(std::int64_t id, Page& page) {
    auto fetched = TRY(fetch_topic(forum_, http_, id));
    if (fetched.record) {
      page.records.push_back(std::move(*fetched.record));
    } else {  // one topic that the forum itself cannot show must not keep us from all others; the next pass tries again
      page.rejected.push_back({fmt::format("{}", id), fetched.trouble, {}});
      cursor_.failed.push_back(id);
      cursor_.seen.erase(id);
    }
    return {};
  }

  struct ListPage {
    std::vector<Listed> topics;
    bool more = false;
    std::int64_t first = 0, last = kNever;  // newest and oldest bump but for pinned topics, which stand anywhere
  };

  Result<ListPage> read_list(std::int64_t number) {
    JsonDocument document;
    auto root = TRY(get_json(forum_, http_, fmt::format("/latest.json?order=activity&page={}", number), document).in(fmt::format("list page {}", number)));
    auto list = root["topic_list"];
    if (!list["topics"].is_array())
      return fail(Error::Kind::kBadInput, "the list of topics is not what Discourse sends: no topic_list.topics", "check that `url` is the front page of a Discourse forum");
    ListPage page;
    for (const auto& topic : list["topics"].items()) {
      auto listed = listed_of(topic);
      if (listed.id == 0) continue;
      if (!listed.pinned) {
        page.first = std::max(page.first, listed.bumped);
        page.last = std::min(page.last, listed.bumped);
      }
      page.topics.push_back(std::move(listed));
    }
    page.more = list["more_topics_url"].is_string() && !page.topics.empty();
    return page;
  }

  // One list page, and those before it as long as something may have slipped between them and what was reached.
  Result<> list() {
    auto page = TRY(read_list(cursor_.page));
    auto candidates = page.topics;
    if (cursor_.page == 0) {
      cursor_.newest = 0;
      for (const auto& topic : page.topics) cursor_.newest = std::max(cursor_.newest, topic.bumped);
    }
    auto first = page.first;
    for (auto number = cursor_.page - 1; number >= 0 && first < cursor_.reached; --number) {
      auto before = TRY(read_list(number));
      first = before.first;
      candidates.insert(candidates.begin(), before.topics.begin(), before.topics.end());
    }
    for (const auto& topic : candidates) take(topic);

    cursor_.idle = page.last < cursor_.reached ? 0 : cursor_.idle + 1;
    if (cursor_.idle > kMostIdlePages)
      return fail(Error::Kind::kUpstream, fmt::format("the forum's list repeats itself: {} pages in a row brought nothing new", cursor_.idle), "try again later; if it stays so, report the address of the forum");
    if (page.last < cursor_.reached) {
      cursor_.reached = page.last;
      cursor_.edge.clear();
    }
    for (const auto& topic : candidates)
      if (topic.bumped == cursor_.reached) cursor_.edge.insert(topic.id);
    cursor_.listed = !page.more || (cursor_.since > 0 && cursor_.reached < cursor_.since);
    ++cursor_.page;
    if (!cursor_.listed) return {};
    for (const auto& [id, print] : cursor_.known) read_unless_listed(id);  // no longer in the list
    for (auto id : cursor_.retry) read_unless_listed(id);
    return {};
  }

  void read_unless_listed(std::int64_t id) {
    if (!cursor_.seen.contains(id) && std::find(cursor_.todo.begin(), cursor_.todo.end(), id) == cursor_.todo.end()) cursor_.todo.push_back(id);
  }

  void take(const Listed& topic) {
    if (topic.bumped < cursor_.since) return;
    bool taken = topic.bumped > cursor_.reached || (topic.bumped == cursor_.reached && cursor_.edge.contains(topic.id));
    if (taken && !topic.pinned) return;
    auto [entry, fresh] = cursor_.seen.try_emplace(topic.id, topic.print);
    if (!fresh) return;
    auto known = cursor_.known.find(topic.id);
    if (known == cursor_.known.end() || known->second != topic.print) cursor_.todo.push_back(topic.id);
    // Only what the next pass will compare is worth remembering.
    if (topic.bumped < horizon() && !topic.pinned && !cursor_.known.contains(topic.id)) cursor_.seen.erase(entry);
  }

  std::int64_t horizon() const { return cursor_.newest - std::max(forum_.look_back_us, kClockSlack); }

  void finish_pass() {
    Cursor next;
    next.since = std::max<std::int64_t>(horizon(), 0);
    next.retry = std::move(cursor_.failed);
    std::vector<std::pair<std::int64_t, std::int64_t>> by_age;  // bump, id
    for (const auto& [id, print] : cursor_.seen)
      if (bumped_of(print) >= next.since) by_age.emplace_back(bumped_of(print), id);
    std::sort(by_age.rbegin(), by_age.rend());
    if (by_age.size() > kMostKnown) {
      next.since = std::max(by_age[kMostKnown].first + 1, next.since);
      by_age.resize(kMostKnown);
    }
    for (const auto& [bumped, id] : by_age)
      if (bumped >= next.since) next.known[id] = cursor_.seen[id];
    cursor_ = std::move(next);
  }

  Forum forum_;
  Cursor cursor_;
  Http& http_;
};

}  // namespace

std::unique_ptr<Reader> read_topics(const Forum& forum, const std::string& cursor, Http& http) {
  return std::make_unique<TopicFeed>(forum, cursor, http);
}

}  // namespace rapport::discourse
