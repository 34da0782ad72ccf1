#include "connectors/each_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/json_writer.h"
#include "connectors/rest_list.h"

namespace rapport {
namespace {

struct PlacesCursor {
  std::string at;                            // the place to go on with; empty = the first
  std::map<std::string, std::string> inner;  // where each one stands

  std::string to_text() const {
    JsonWriter json;
    json.begin_object().key("at").value(at).key("in").begin_object();
    for (const auto& [name, cursor] : inner) json.key(name).value(cursor);
    json.end_object().end_object();
    return std::move(json).text();
  }
  static PlacesCursor parse(const std::string& text) {
    PlacesCursor cursor;
    JsonDocument document;
    auto root = document.parse(text);
    if (!root) return cursor;
    cursor.at = (*root)["at"].text();
    for (const auto& [name, value] : (*root)["in"].members()) cursor.inner[std::string{name}] = value.text();
    return cursor;
  }
};

class PlacesReader : public Reader {
 public:
  PlacesReader(std::string_view kind, PlacesOf places, PlacesCursor cursor, ReadPlace read)
      : kind_(kind), places_(std::move(places)), cursor_(std::move(cursor)), read_(std::move(read)) {}

  Result<Page> next() override {
    auto all = TRY(places_());
    auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.key >= cursor_.at; });
    if (at == all.end()) {  // the last ones went away since
      Page nothing;
      cursor_.at.clear();
      nothing.caught_up = true;
      nothing.next = cursor_.to_text();
      return nothing;
    }
    if (inner_ == nullptr || at->key != cursor_.at) inner_ = read_(*at, cursor_.inner[at->key]);
    auto read = inner_->next();
    auto name = fmt::format("{} {}", kind_, at->title);
    Page page;
    if (read) {
      page = std::move(*read);
      cursor_.inner[at->key] = page.next;
    } else if (all.size() > 1 && read.error().kind == Error::Kind::kNotFound) {
      page.rejected.push_back({name, read.error().what, {}});
      page.caught_up = true;
    } else {
      return fail(std::move(read).in(name).error());
    }
    cursor_.at = at->key;
    if (page.caught_up) {
      inner_.reset();
      cursor_.at = ++at == all.end() ? std::string{} : at->key;
      page.caught_up = cursor_.at.empty();
    }
    page.next = cursor_.to_text();
    return page;
  }

 private:
  std::string kind_;
  PlacesOf places_;
  PlacesCursor cursor_;
  ReadPlace read_;
  std::unique_ptr<Reader> inner_;
};

// Reads `inner` until the server refuses the list; the cursor then stays where it was.
class ShownReader : public Reader {
 public:
  ShownReader(std::string what, std::string cursor, std::unique_ptr<Reader> inner) : what_(std::move(what)), cursor_(std::move(cursor)), inner_(std::move(inner)) {}

  Result<Page> next() override {
    auto page = inner_->next();
    if (page) cursor_ = page->next;
    if (page || !is_refused(page.error())) return page;
    Page nothing;
    nothing.rejected.push_back({what_, "switched off there, or shown only to members", page.error().what});
    nothing.caught_up = true;
    nothing.next = cursor_.empty() ? "not shown" : cursor_;
    return nothing;
  }

 private:
  // GraphQL refuses a list in an answer of 200. A 401 is about us, and meets every other list too.
  static bool is_refused(const Error& error) {
    return answered(error, 403) || answered(error, 404) || (error.kind == Error::Kind::kAuth && !answered(error, 401));
  }

  std::string what_, cursor_;
  std::unique_ptr<Reader> inner_;
};

}  // namespace

std::unique_ptr<Reader> read_each_place(std::string_view kind, PlacesOf places, const std::string& cursor, ReadPlace read) {
  return std::make_unique<PlacesReader>(kind, std::move(places), PlacesCursor::parse(cursor), std::move(read));
}

std::unique_ptr<Reader> while_shown(std::string what, const std::string& cursor, std::unique_ptr<Reader> inner) {
  return std::make_unique<ShownReader>(std::move(what), cursor, std::move(inner));
}

}  // namespace rapport
