#include "connectors/rest_list.h"

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport {

Result<RestList> as_list(const RestServer& server, std::string_view url, JsonAnswer answer) {
  RestList list{{}, std::move(answer), {}};
  if (!list.answer.root.is_array())
    return fail(Error::Kind::kUpstream, fmt::format("{} sent no list for {}", server.site, printable(url.substr(0, url.find('?')))),
                fmt::format("check that `url` is the address of {}", server.site));
  list.items = list.answer.root.items();
  list.next = TRY(next_page(server, list.answer.response));
  return list;
}

Result<std::string> next_page(const RestServer& server, const HttpResponse& answer) {
  auto next = next_link(answer);
  if (!next.empty() && !next.starts_with(server.base + "/"))
    return fail(Error::Kind::kUpstream, fmt::format("the next page of {} is at another server: {}", server.site, elide(printable(next), 200)),
                "check that `url` is spelled as the server spells itself");
  return next;
}

bool answered(const Error& error, int status) { return error.what.find(fmt::format(" answered {}", status)) != std::string::npos; }

Result<ListPage> records_of(const RestList& list, const ItemKind& kind, const std::string& where, const MoreMembers& more) {
  ListPage out;
  out.token = list.next;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& item = list.items[i];
    auto id = item[kind.id].integer();
    auto time = kind.time == nullptr ? std::nullopt : time_of(item[kind.time]);
    widen(out, time);
    if (!id) {
      out.page.rejected.push_back({fmt::format("{} item {}", where, i + 1), fmt::format("an item without {}", kind.id), item.to_json().substr(0, 300)});
      continue;
    }
    auto further = more ? more(item) : std::string{};
    if (!further && !answered(further.error(), 404)) return fail(std::move(further.error()));
    if (!further) out.page.rejected.push_back({fmt::format("{} {}", where.substr(0, where.find('?')), *id), "what belongs to it is not there", further.error().what});
    out.page.records.push_back({fmt::format("{}{}", kind.prefix, *id), with_members(kind.members, item, further ? *further : std::string{}), time, false});
  }
  return out;
}

std::string with_members(std::string_view members, const JsonValue& value, std::string_view more) {
  auto own = value.to_json();
  auto json = fmt::format("{{{}{}", members, more);
  if (own.size() > 2) json += ',';
  json += std::string_view{own}.substr(1);
  return json;
}

std::string json_member(std::string_view name, std::string_view text) {
  std::string member;
  append_json_string(member, name);
  member += ':';
  append_json_string(member, text);
  return member;
}

std::optional<Time> time_of(const JsonValue& value) {
  auto time = parse_time(value.text());
  return time ? std::optional<Time>{*time} : std::nullopt;
}

void widen(ListPage& list, const std::optional<Time>& time) {
  if (!time) return;
  if (!list.newest || *time > *list.newest) list.newest = time;
  if (!list.oldest || *time < *list.oldest) list.oldest = time;
}

// The cursor is the address of the page to come, or this word.
constexpr std::string_view kFromTheBeginning = "first";

std::unique_ptr<Reader> all_each_time(const std::string& cursor, std::function<Result<ListPage>(const std::string&)> fetch) {
  return paged(cursor, [fetch = std::move(fetch)](const std::string& at) -> Result<Page> {
    auto list = TRY(fetch(at.find("://") == std::string::npos ? std::string{} : at));
    list.page.caught_up = list.token.empty();
    list.page.next = list.page.caught_up ? std::string{kFromTheBeginning} : list.token;
    return std::move(list.page);
  });
}

}  // namespace rapport
