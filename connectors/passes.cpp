#include "connectors/passes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/json_writer.h"

namespace rapport {
namespace {

using std::chrono::microseconds;

std::int64_t to_us(const std::optional<Time>& time) { return time ? time->time_since_epoch().count() : 0; }
std::optional<Time> from_us(std::int64_t us) { return us == 0 ? std::nullopt : std::optional{Time{microseconds{us}}}; }

struct DownCursor {
  std::optional<Time> floor, top;  // where this pass ends; the newest seen in any pass
  std::string token;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("floor").value(to_us(floor)).key("top").value(to_us(top)).key("token").value(token).end_object();
    return std::move(json).text();
  }
  static DownCursor parse(const std::string& text) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {};
    return {from_us((*root)["floor"].integer().value_or(0)), from_us((*root)["top"].integer().value_or(0)), std::string{(*root)["token"].text()}};
  }
};

enum class Phase { kRecent, kOlder, kSince };

struct UpCursor {
  Phase phase = Phase::kRecent;
  std::optional<Time> from;  // of the request to come
  std::optional<Time> edge;  // where the recent stretch began
  std::optional<Time> top;   // the newest change seen
  std::string token;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("phase").value(static_cast<std::int64_t>(phase)).key("from").value(to_us(from)).key("edge").value(to_us(edge));
    json.key("top").value(to_us(top)).key("token").value(token).end_object();
    return std::move(json).text();
  }
  static UpCursor parse(const std::string& text, Time now) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {Phase::kRecent, now - kRecent, now - kRecent, {}, {}};
    return {static_cast<Phase>(std::clamp<std::int64_t>((*root)["phase"].integer().value_or(0), 0, 2)), from_us((*root)["from"].integer().value_or(0)),
            from_us((*root)["edge"].integer().value_or(0)), from_us((*root)["top"].integer().value_or(0)), std::string{(*root)["token"].text()}};
  }
};

// Where to go on after a page of this stretch; true when the list has been read to its end.
bool advance(UpCursor& cursor, const ListPage& list) {
  if (list.newest && (!cursor.top || *list.newest > *cursor.top)) cursor.top = list.newest;
  bool over = list.token.empty() || (cursor.phase == Phase::kOlder && list.newest && cursor.edge && *list.newest >= *cursor.edge);
  if (!over) {
    bool moved = list.newest && (!cursor.from || *list.newest > *cursor.from);
    if (moved) cursor.from = list.newest;
    cursor.token = moved ? std::string{} : list.token;
    return false;
  }
  cursor.token.clear();
  if (cursor.phase == Phase::kRecent) {
    cursor.phase = Phase::kOlder;
    cursor.from = std::nullopt;
    return false;
  }
  cursor.phase = Phase::kSince;
  cursor.from = cursor.top ? cursor.top : cursor.edge;
  return true;
}

struct ChangesCursor {
  Phase phase = Phase::kRecent;
  std::optional<Time> from;   // of this pass
  std::optional<Time> begun;  // when this pass, or the first of a new source, began
  std::string token;

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("phase").value(static_cast<std::int64_t>(phase)).key("from").value(to_us(from)).key("begun").value(to_us(begun));
    json.key("token").value(token).end_object();
    return std::move(json).text();
  }
  static ChangesCursor parse(const std::string& text, Time now) {
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return {Phase::kRecent, now - kRecent, now, {}};
    return {static_cast<Phase>(std::clamp<std::int64_t>((*root)["phase"].integer().value_or(0), 0, 2)), from_us((*root)["from"].integer().value_or(0)),
            from_us((*root)["begun"].integer().value_or(0)), std::string{(*root)["token"].text()}};
  }
};

// Clocks of two machines, one of which says when something changed and the other when a pass began.
constexpr std::chrono::hours kClocksDiffer{1};

using ReadList = std::function<std::unique_ptr<Reader>(const std::string& list, std::string cursor)>;

class ListsReader : public Reader {
 public:
  ListsReader(std::vector<std::string> lists, const std::string& cursor, ReadList read) : lists_(std::move(lists)), cursors_(lists_.size()), read_(std::move(read)) {
    JsonDocument document;
    auto root = document.parse(cursor);
    if (!root) return;
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      cursors_[i] = (*root)["of"][lists_[i]].text();
      if ((*root)["at"].text() == lists_[i]) at_ = i;
    }
  }

  Result<Page> next() override {
    if (!reader_) reader_ = read_(lists_[at_], cursors_[at_]);
    auto page = TRY(reader_->next().in(lists_[at_]));
    cursors_[at_] = page.next;
    if (page.caught_up) {
      reader_.reset();
      at_ = (at_ + 1) % lists_.size();
      page.caught_up = at_ == 0;
    }
    page.next = cursor();
    return page;
  }

 private:
  std::string cursor() const {
    JsonWriter json;
    json.begin_object().key("at").value(at_ == 0 ? std::string_view{} : lists_[at_]).key("of").begin_object();
    for (std::size_t i = 0; i < lists_.size(); ++i) json.key(lists_[i]).value(cursors_[i]);
    json.end_object().end_object();
    return std::move(json).text();
  }

  std::vector<std::string> lists_, cursors_;
  ReadList read_;
  std::size_t at_ = 0;
  std::unique_ptr<Reader> reader_;
};

}  // namespace

std::unique_ptr<Reader> one_after_another(std::vector<std::string> lists, const std::string& cursor, ReadList read) {
  return std::make_unique<ListsReader>(std::move(lists), cursor, std::move(read));
}

std::unique_ptr<Reader> newest_first(std::string text, std::chrono::seconds look_back, std::function<Result<ListPage>(const std::string&)> fetch) {
  return paged(std::move(text), [look_back, fetch = std::move(fetch)](const std::string& at) -> Result<Page> {
    auto cursor = DownCursor::parse(at);
    auto list = TRY(fetch(cursor.token));
    if (list.newest && (!cursor.top || *list.newest > *cursor.top)) cursor.top = list.newest;
    cursor.token = list.token;
    list.page.caught_up = list.token.empty() || (cursor.floor && list.oldest && *list.oldest < *cursor.floor);
    if (list.page.caught_up) {
      cursor.token.clear();
      if (cursor.top) cursor.floor = *cursor.top - look_back;
    }
    list.page.next = cursor.to_text();
    return std::move(list.page);
  });
}

Result<std::chrono::seconds> look_back_of(const Settings& settings) {
  auto days = TRY(settings.integer("look_back_days"));
  if (days < 0 || days > 3650) return fail(Error::Kind::kBadInput, fmt::format("`look_back_days` is {}", days), "it may be 0 to 3650");
  return std::chrono::days{days};
}

std::unique_ptr<Reader> recent_first(std::string text, Time now, std::function<Result<ListPage>(const Since&)> fetch) {
  return paged(std::move(text), [now, fetch = std::move(fetch)](const std::string& at) -> Result<Page> {
    auto cursor = UpCursor::parse(at, now);
    auto list = TRY(fetch(Since{cursor.from, cursor.token}));
    list.page.caught_up = advance(cursor, list);
    list.page.next = cursor.to_text();
    return std::move(list.page);
  });
}

std::unique_ptr<Reader> changed_since(std::string text, Time now, std::function<Result<ListPage>(const Since&)> fetch) {
  return paged(std::move(text), [now, fetch = std::move(fetch)](const std::string& at) -> Result<Page> {
    auto cursor = ChangesCursor::parse(at, now);
    if (!cursor.begun) cursor.begun = now;
    auto list = TRY(fetch(Since{cursor.from, cursor.token}));
    cursor.token = list.token;
    if (list.token.empty() && cursor.phase == Phase::kRecent) {
      cursor.phase = Phase::kOlder;
      cursor.from = std::nullopt;
    } else if (list.token.empty()) {
      cursor.phase = Phase::kSince;
      cursor.from = *cursor.begun - kClocksDiffer;
      cursor.begun = std::nullopt;
      list.page.caught_up = true;
    }
    list.page.next = cursor.to_text();
    return std::move(list.page);
  });
}

}  // namespace rapport
