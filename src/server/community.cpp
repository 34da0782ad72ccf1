// /api/v1/community: what changed this period against the one before.
#include "report/community.h"

#include "server/metric_json.h"
#include "server/routes.h"

namespace rapport {
namespace {

void write_comparison(JsonWriter& json, const Comparison& comparison) {
  json.begin_object().key("metric");
  write_metric(json, *comparison.metric);
  json.key("segment").value(comparison.segment).key("now");
  write_point(json, comparison.now);
  json.key("before");
  write_point(json, comparison.before);
  json.key("change");
  if (comparison.change) json.value(*comparison.change);
  else json.null();
  json.key("verdict").value(verdict_name(comparison.verdict)).end_object();
}

void write_person(JsonWriter& json, const PersonCount& person) {
  json.begin_object().key("person_id");
  write_id(json, person.person_id);
  json.key("name").value(person.name).key("is_team").value(person.is_team).key("organization").value(person.organization);
  json.key("activities").value(person.activities).key("answers").value(person.answers).end_object();
}

void write_thread(JsonWriter& json, const ThreadItem& thread) {
  json.begin_object().key("thread_id");
  write_id(json, thread.thread_id);
  json.key("title").value(thread.title).key("url").value(safe_link(thread.url)).key("place").value(thread.place);
  json.key("opened_at").value(format_time(thread.opened_at)).key("opened_by").value(thread.opened_by);
  json.key("responses").value(thread.responses).key("answered").value(thread.answered).end_object();
}

template <class Item>
void write_list(JsonWriter& json, std::string_view key, const std::vector<Item>& items, void (*write)(JsonWriter&, const Item&)) {
  json.key(key).begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
}

}  // namespace

Result<Answer> answer_community(const Request& request, Engine& store, const Site&) {
  CommunityQuery query;
  if (auto at = request.parameter("at")) query.at = TRY(parse_day(*at).in("parameter at"));
  query.grain = TRY(grain_of(request));
  query.filter = TRY(filter_of(request));
  query.today = std::chrono::floor<std::chrono::days>(now());
  auto community = TRY(community_of(store, query));
  JsonWriter json;
  json.begin_object().key("grain").value(grain_name(community.grain));
  json.key("from").value(format_day(community.from)).key("to").value(format_day(community.to));
  json.key("before_from").value(format_day(community.before_from)).key("complete").value(community.complete);
  write_list(json, "comparisons", community.comparisons, write_comparison);
  write_list(json, "people", community.people, write_person);
  write_list(json, "newcomers", community.newcomers, write_person);
  write_list(json, "unanswered", community.unanswered, write_thread);
  write_list(json, "busiest", community.busiest, write_thread);
  json.end_object();
  return Answer{.body = std::move(json).text()};
}

}  // namespace rapport
