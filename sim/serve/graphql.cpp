#include "sim/serve/graphql.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_writer.h"
#include "base/text.h"

namespace rapport::sim {
namespace {

constexpr std::int64_t kMostItems = 100;

struct Failure {
  std::string type, message;
};

// The items of a connection in the order asked for, and where a page of them begins and ends.
struct Slice {
  std::vector<std::pair<std::string, std::size_t>> order;  // sorted by value, number of the item
  std::size_t begin = 0, end = 0;
  std::string cursor(std::size_t at) const { return fmt::format("{}/{}", order[at].first, order[at].second); }
};

class Execution {
 public:
  explicit Execution(const GraphQuery& query) : query_(query) {}

  // The value of `field`, which stands at `value`.
  void write(const GraphField& field, const JsonValue& value, JsonWriter& json) {
    if (value.is_array()) {
      json.begin_array();
      for (const auto& item : value.items()) write(field, item, json);
      json.end_array();
    } else if (!value.is_object()) {
      json.raw(value.to_json());
    } else if (field.fields.empty()) {
      failed("", fmt::format("Field must have selections (field '{}' returns an object but has no selections)", field.name));
      json.null();
    } else if (value["nodes"].is_array() || value["edges"].is_array()) {
      connection(field, value, json);
    } else {
      object(field.fields, value, json);
    }
  }

  void failed(std::string type, std::string message) {
    if (failures_.size() < 20) failures_.push_back({std::move(type), std::move(message)});
  }
  const std::vector<Failure>& failures() const { return failures_; }

 private:
  void object(const std::vector<GraphField>& fields, const JsonValue& value, JsonWriter& json) {
    json.begin_object();
    members(fields, value, json, 0);
    json.end_object();
  }

  void members(const std::vector<GraphField>& fields, const JsonValue& value, JsonWriter& json, int depth) {
    for (const auto& field : fields) {
      if (field.name.empty()) {
        const auto* inner = &field.fields;
        if (!field.fragment.empty()) {
          inner = nullptr;
          for (const auto& [name, known] : query_.fragments)
            if (name == field.fragment) inner = &known;
        }
        if (inner == nullptr || depth > 20) failed("", fmt::format("Fragment {} was used, but not defined", field.fragment));
        else if (field.on_type.empty() || value["__typename"].text(field.on_type) == field.on_type) members(*inner, value, json, depth + 1);
        continue;
      }
      auto member = value[field.name];
      if (auto number = field.argument("number"); number && member.type() == JsonValue::Type::kAbsent) member = numbered(field, value, *number);
      json.key(field.alias);
      if (member.type() == JsonValue::Type::kAbsent) {
        failed("undefinedField", fmt::format("Field '{}' doesn't exist on type '{}'", field.name, value["__typename"].text("Object")));
        json.null();
      } else {
        write(field, member, json);
      }
    }
  }

  // repository.discussion(number: 7) is the item of repository.discussions with that number.
  JsonValue numbered(const GraphField& field, const JsonValue& value, const std::string& number) {
    for (const auto& item : value[field.name + "s"]["nodes"].items())
      if (item["number"].to_json() == number) return item;
    if (value[field.name + "s"].is_object()) failed("NOT_FOUND", fmt::format("Could not resolve to an item of {}s with the number of {}.", field.name, number));
    return {};
  }

  void connection(const GraphField& field, const JsonValue& value, JsonWriter& json) {
    bool by_edges = value["edges"].is_array();
    auto items = value[by_edges ? "edges" : "nodes"].items();
    auto slice = page(field, items);
    if (!slice) {
      json.null();
      return;
    }
    auto node = [&](std::size_t at) { return by_edges ? items[slice->order[at].second]["node"] : items[slice->order[at].second]; };
    json.begin_object();
    for (const auto& part : field.fields) {
      json.key(part.alias);
      if (part.name == "totalCount") {
        json.value(items.size());
      } else if (part.name == "pageInfo") {
        json.begin_object();
        for (const auto& info : part.fields) {
          json.key(info.alias);
          bool is_first = info.name == "startCursor";
          if (info.name == "hasNextPage") json.value(slice->end < items.size());
          else if (info.name == "hasPreviousPage") json.value(slice->begin > 0);
          else if (slice->begin == slice->end || (!is_first && info.name != "endCursor")) json.null();
          else json.value(slice->cursor(is_first ? slice->begin : slice->end - 1));
        }
        json.end_object();
      } else if (part.name == "nodes") {
        json.begin_array();
        for (auto i = slice->begin; i < slice->end; ++i) object(part.fields, node(i), json);
        json.end_array();
      } else if (part.name == "edges") {
        json.begin_array();
        for (auto i = slice->begin; i < slice->end; ++i) edge(part, *slice, i, items[slice->order[i].second], node(i), json);
        json.end_array();
      } else {
        failed("undefinedField", fmt::format("Field '{}' doesn't exist on the connection '{}'", part.name, field.name));
        json.null();
      }
    }
    json.end_object();
  }

  void edge(const GraphField& part, const Slice& slice, std::size_t at, const JsonValue& edge, const JsonValue& node, JsonWriter& json) {
    json.begin_object();
    for (const auto& inner : part.fields) {
      json.key(inner.alias);
      if (inner.name == "cursor") json.value(slice.cursor(at));
      else if (inner.name == "node") object(inner.fields, node, json);
      else json.raw(edge[inner.name].to_json());
    }
    json.end_object();
  }

  // A cursor names the last item by what it is sorted by, so pages fit together while items move.
  std::optional<Slice> page(const GraphField& field, const std::vector<JsonValue>& items) {
    for (const auto& [name, _] : field.arguments)
      if (name != "first" && name != "after" && name != "orderBy") {
        failed("argumentNotAccepted", fmt::format("Field '{}' of this simulation doesn't accept argument '{}'", field.name, name));
        return {};
      }
    bool lists = std::any_of(field.fields.begin(), field.fields.end(), [](const auto& part) { return part.name == "nodes" || part.name == "edges"; });
    auto first = field.argument("first");
    std::int64_t most = 0;
    if (first) std::from_chars(first->data(), first->data() + first->size(), most);
    if (lists && !first) {
      failed("MISSING_PAGINATION_BOUNDARIES", fmt::format("You must provide a `first` or `last` value to properly paginate the `{}` connection.", field.name));
      return {};
    }
    if (first && (most < 1 || most > kMostItems)) {
      failed("EXCESSIVE_PAGINATION", fmt::format("Requesting {} records on the `{}` connection exceeds the `first` limit of {} records.", *first, field.name, kMostItems));
      return {};
    }
    JsonDocument document;
    std::string by;
    bool descending = false;
    auto order_text = field.argument("orderBy").value_or("{}");
    if (auto order = document.parse(order_text)) {
      auto words = split((*order)["field"].text(), '_');  // UPDATED_AT is updatedAt
      for (std::size_t i = 0; i < words.size(); ++i) {
        auto word = lower_ascii(words[i]);
        if (i > 0 && !word.empty()) word[0] = static_cast<char>(word[0] - 'a' + 'A');
        by += word;
      }
      descending = (*order)["direction"].text() == "DESC";
    }
    Slice slice;
    for (std::size_t i = 0; i < items.size(); ++i) slice.order.emplace_back(by.empty() ? "" : items[i][by].text(), i);
    auto before = [&](const auto& a, const auto& b) { return descending && a.first != b.first ? a.first > b.first : a < b; };
    std::sort(slice.order.begin(), slice.order.end(), before);
    if (auto after = field.argument("after")) {
      auto text = document.parse(*after);
      auto cursor = text ? std::string{text->text()} : std::string{};
      auto slash = cursor.rfind('/');
      std::size_t number = 0;
      if (slash != std::string::npos) std::from_chars(cursor.data() + slash + 1, cursor.data() + cursor.size(), number);
      if (slash == std::string::npos) {
        failed("INVALID_CURSOR_ARGUMENTS", fmt::format("`{}` does not appear to be a valid cursor.", printable(cursor)));
        return {};
      }
      std::pair<std::string, std::size_t> last{cursor.substr(0, slash), number};
      slice.begin = static_cast<std::size_t>(std::upper_bound(slice.order.begin(), slice.order.end(), last, before) - slice.order.begin());
    }
    slice.end = std::min(items.size(), slice.begin + static_cast<std::size_t>(most));
    return slice;
  }

  const GraphQuery& query_;
  std::vector<Failure> failures_;
};

void write_failure(JsonWriter& json, std::string_view type, std::string_view message) {
  json.begin_object();
  if (!type.empty()) json.key("type").value(type);
  json.key("message").value(message).end_object();
}

}  // namespace

std::optional<std::string> GraphField::argument(std::string_view wanted) const {
  for (const auto& [name, json] : arguments)
    if (name == wanted && json != "null") return json;
  return {};
}

std::string graphql_failure(std::string_view type, std::string_view message) {
  JsonWriter json;
  json.begin_object().key("errors").begin_array();
  write_failure(json, type, message);
  json.end_array().end_object();
  return std::move(json).text();
}

std::string answer_graphql(const GraphQuery& query, const std::function<GraphRoot(const GraphField&)>& root) {
  Execution execution{query};
  JsonWriter json;
  json.begin_object().key("data").begin_object();
  for (const auto& field : query.fields) {
    json.key(field.alias);
    auto found = root(field);
    if (found.value.is_object()) {
      execution.write(field, found.value, json);
    } else {
      execution.failed(found.type, found.message);
      json.null();
    }
  }
  json.end_object();
  if (!execution.failures().empty()) {
    json.key("errors").begin_array();
    for (const auto& [type, message] : execution.failures()) write_failure(json, type, message);
    json.end_array();
  }
  json.end_object();
  return std::move(json).text();
}

}  // namespace rapport::sim
