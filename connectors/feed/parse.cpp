#include "connectors/feed/parse.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "connectors/feed/encoding.h"
#include "connectors/feed/node_json.h"
#include "connectors/xml.h"

namespace rapport::feed {
namespace {

using xml::Node;
using xml::Tree;

bool is_item(const Node& node) { return node.name == "item" || node.name == "entry"; }

// {"feed": <its address>, "format": "atom", "item": {…}}
std::string record_json(const std::string& feed, std::string_view format, std::string_view role, std::string_view content) {
  JsonWriter json;
  json.begin_object().key("feed").value(feed).key("format").value(format).key(role).raw(content).end_object();
  return std::move(json).text();
}

std::string item_name(const Node& item, const std::string& json) {
  for (auto name : {"guid", "id"})
    if (auto* node = item.child(name))
      if (auto text = node->all_text(); !text.empty()) return text;
  if (auto about = item.attribute("rdf:about"); !about.empty()) return std::string{about};
  for (const auto& child : item.children) {
    if (child.name != "link") continue;
    if (auto text = child.all_text(); !text.empty()) return text;
    auto relation = child.attribute("rel");
    if (auto href = child.attribute("href"); !href.empty() && (relation.empty() || relation == "alternate")) return std::string{href};
  }
  return "sha256:" + sha256_hex(json, 24);
}

void add_items(const Node& parent, const std::string& feed, std::string_view format, Page& page) {
  for (const auto& item : parent.children) {
    if (!is_item(item) || !item.closed) continue;
    JsonWriter json;
    write_node(json, item);
    page.records.push_back({fmt::format("{} {}", feed, item_name(item, json.text())), record_json(feed, format, "item", json.text()), {}, false});
  }
}

void add_links(const Node& node, std::vector<FeedLink>& links) {
  for (const auto& child : node.children) {
    if (child.name != "outline") continue;
    auto url = trim(child.attribute("xmlurl"));
    if (url.empty() && (child.attribute("type") == "rss" || child.attribute("type") == "atom")) url = trim(child.attribute("url"));
    auto title = child.attribute("title").empty() ? child.attribute("text") : child.attribute("title");
    if (!url.empty()) links.push_back({std::string{url}, std::string{title}});
    add_links(child, links);
  }
}

Parsed parse_json_feed(std::string_view text, const std::string& feed, Page& page) {
  Parsed parsed;
  JsonDocument document;
  auto root = document.parse(text);
  if (!root || !(*root)["items"].is_array() || (*root)["version"].text().find("jsonfeed.org/version") == std::string_view::npos) {
    parsed.problem = root ? "JSON, but no JSON Feed: it names no jsonfeed.org version or has no items" : root.error().what;
    parsed.breaks_off = !root;
    return parsed;
  }
  parsed.what = Parsed::What::kFeed;
  JsonWriter about;
  about.begin_object();
  for (const auto& [name, value] : root->members())
    if (name != "items") about.key(name).raw(value.to_json());
  about.end_object();
  page.records.push_back({feed_record_id(feed), record_json(feed, "json", "about", about.text()), {}, false});
  std::size_t number = 0;
  for (const auto& item : (*root)["items"].items()) {
    ++number;
    if (!item.is_object()) {
      page.rejected.push_back({fmt::format("{} item {}", feed, number), "not an item: expected a JSON object", item.to_json().substr(0, 300)});
      continue;
    }
    auto json = item.to_json();
    auto id = item["id"].is_string() ? std::string{item["id"].text()} : item["id"].is_null() ? std::string{item["url"].text()} : item["id"].to_json();
    if (id.empty()) id = "sha256:" + sha256_hex(json, 24);
    page.records.push_back({fmt::format("{} {}", feed, id), record_json(feed, "json", "item", json), {}, false});
  }
  return parsed;
}

Parsed parse_xml_feed(const Tree& tree, const std::string& feed, Page& page) {
  Parsed parsed;
  parsed.problem = tree.problem;
  parsed.breaks_off = tree.breaks_off;
  auto kind = lower_ascii(tree.root.name);
  if (kind == "opml") {
    parsed.what = Parsed::What::kList;
    if (const auto* body = tree.root.child("body")) add_links(*body, parsed.links);
    return parsed;
  }
  if (kind != "rss" && kind != "feed" && kind != "rdf" && kind != "channel") {
    if (kind == "html") parsed.problem = "a web page, not a feed";
    else if (parsed.problem.empty()) parsed.problem = fmt::format("not a feed: its root is <{}>", printable(elide(tree.root.name, 60)));
    return parsed;
  }
  parsed.what = Parsed::What::kFeed;
  std::string_view format = kind == "feed" ? "atom" : kind == "rdf" ? "rdf" : "rss";
  const auto* channel = format == "atom" || kind == "channel" ? &tree.root : tree.root.child("channel");
  // What the feed says of itself, without its items and without what changes at each request.
  Node about;
  if (channel != nullptr) {
    about.attributes = channel->attributes;
    for (const auto& child : channel->children)
      if (!child.name.empty() && !is_item(child) && child.name != "items" && child.name != "lastBuildDate") about.children.push_back(child);
  }
  JsonWriter json;
  write_node(json, about);
  page.records.push_back({feed_record_id(feed), record_json(feed, format, "about", json.text()), {}, false});
  add_items(tree.root, feed, format, page);  // RSS 1.0 has its items beside the channel
  if (channel != nullptr && channel != &tree.root) add_items(*channel, feed, format, page);
  return parsed;
}

// The first element's name in lower case, past declarations and comments.
std::string first_element(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    auto rest = text.substr(at);
    if (rest.starts_with("<!--")) {
      auto end = text.find("-->", at);
      if (end == std::string_view::npos) return {};
      at = end;
      continue;
    }
    if (rest.size() < 2 || rest[1] == '?' || rest[1] == '!') continue;
    auto name = lower_ascii(rest.substr(1, rest.substr(0, 60).find_first_of(" \t\r\n>/") - 1));
    return name;
  }
  return {};
}

}  // namespace

std::string feed_record_id(const std::string& feed) { return "feed " + feed; }

std::string place_of_problem(const std::string& feed, const Parsed& parsed) {
  return fmt::format("{} {}", feed, parsed.problem.substr(0, parsed.problem.find(':')));
}

Parsed parse_feed(std::string_view bytes, std::string_view charset, const std::string& feed, Page& page) {
  Parsed parsed;
  auto text = utf8_of_feed(bytes, charset);
  if (!text) {
    parsed.problem = text.error().what;
    return parsed;
  }
  auto beginning = trim(*text);
  if (beginning.empty()) {
    parsed.problem = "empty";
    parsed.breaks_off = true;
    return parsed;
  }
  if (beginning.front() == '{') return parse_json_feed(beginning, feed, page);
  return parse_xml_feed(xml::parse_xml(mended_xml(*text)), feed, page);
}

bool looks_like_feed(std::string_view beginning) {
  auto text = beginning.substr(0, 8192);
  if (trim(text).starts_with('{')) return text.find("jsonfeed.org/version") != std::string_view::npos;
  auto name = first_element(text);
  return name == "rss" || name == "feed" || name == "rdf:rdf" || name == "atom:feed";
}

bool looks_like_list(std::string_view beginning) { return first_element(beginning.substr(0, 8192)) == "opml"; }

}  // namespace rapport::feed
