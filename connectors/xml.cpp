#include "connectors/xml.h"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace rapport::xml {
namespace {

constexpr std::size_t kDeepest = 200;
constexpr std::size_t kLargest = 64u << 20;
constexpr std::string_view kAtom = "http://www.w3.org/2005/Atom";

// The prefix by which the model knows a vocabulary; "" = the feed's own words.
struct Vocabulary {
  std::string_view uri, prefix;
};
constexpr Vocabulary kVocabularies[] = {
    {kAtom, "atom"}, {"http://purl.org/atom/ns#", ""}, {"http://purl.org/rss/1.0/", ""}, {"http://my.netscape.com/rdf/simple/0.9/", ""},
    {"http://channel.netscape.com/rdf/simple/0.9/", ""}, {"http://backend.userland.com/rss2", ""}, {"http://blogs.law.harvard.edu/tech/rss", ""},
    {"http://purl.org/net/rss1.1#", ""}, {"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"}, {"http://purl.org/dc/elements/1.1/", "dc"},
    {"http://purl.org/dc/elements/1.0/", "dc"}, {"http://purl.org/dc/terms/", "dcterms"}, {"http://purl.org/rss/1.0/modules/content/", "content"},
    {"http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"}, {"http://www.itunes.com/DTDs/Podcast-1.0.dtd", "itunes"},
    {"http://search.yahoo.com/mrss/", "media"}, {"http://search.yahoo.com/mrss", "media"}, {"http://rssnamespace.org/feedburner/ext/1.0", "feedburner"},
    {"https://podcastindex.org/namespace/1.0", "podcast"}, {"http://www.w3.org/1999/xhtml", "xhtml"},
};

class Builder {
 public:
  explicit Builder(XML_Parser parser) : parser_(parser) { stack_.emplace_back(); }

  void start(const char* name, const char** attributes) {
    if (stack_.size() > kDeepest) return stop("elements stand more than 200 levels deep");
    scopes_.push_back(scopes_.empty() ? Scope{} : scopes_.back());
    auto& scope = scopes_.back();
    for (auto** a = attributes; *a != nullptr; a += 2) {
      std::string_view key{a[0]};
      if (key == "xmlns") scope[""] = a[1];
      else if (key.starts_with("xmlns:")) scope[std::string{key.substr(6)}] = a[1];
    }
    if (stack_.size() == 1) root_uri_ = uri_of(name);
    Node node;
    node.name = canonical(name, true);
    for (auto** a = attributes; *a != nullptr; a += 2)
      if (std::string_view key{a[0]}; key != "xmlns" && !key.starts_with("xmlns:")) node.attributes.emplace_back(canonical(key, false), a[1]);
    stack_.push_back(std::move(node));
  }

  void end() {
    scopes_.pop_back();
    stack_.back().closed = true;
    fold();
  }

  void text(const char* bytes, int length) {
    auto& children = stack_.back().children;
    if (children.empty() || !children.back().name.empty()) children.emplace_back();
    children.back().text.append(bytes, static_cast<std::size_t>(length));
  }

  void stop(std::string reason) {
    reason_ = std::move(reason);
    XML_StopParser(parser_, XML_FALSE);
  }

  // The root; what was still open hangs where it belongs.
  Node finish() {
    while (stack_.size() > 1) fold();
    for (auto& child : stack_.front().children)
      if (!child.name.empty()) return std::move(child);
    return {};
  }

  const std::string& reason() const { return reason_; }

 private:
  using Scope = std::map<std::string, std::string, std::less<>>;

  void fold() {
    auto node = std::move(stack_.back());
    stack_.pop_back();
    stack_.back().children.push_back(std::move(node));
  }

  std::string uri_of(std::string_view name) const {
    auto colon = name.find(':');
    auto prefix = colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
    if (scopes_.empty()) return {};
    auto found = scopes_.back().find(prefix);
    return found == scopes_.back().end() ? std::string{} : found->second;
  }

  // The name as the model knows it. An attribute without a prefix has no vocabulary.
  std::string canonical(std::string_view name, bool element) const {
    auto colon = name.find(':');
    if (!element && colon == std::string_view::npos) return std::string{name};
    auto local = colon == std::string_view::npos ? name : name.substr(colon + 1);
    auto uri = uri_of(name);
    if (element && uri == root_uri_ && (!uri.empty() || colon == std::string_view::npos)) return std::string{local};
    for (const auto& known : kVocabularies)
      if (uri == known.uri) return known.prefix.empty() ? std::string{local} : fmt::format("{}:{}", known.prefix, local);
    return colon == std::string_view::npos && !uri.empty() ? fmt::format("{{{}}}{}", uri, local) : std::string{name};
  }

  XML_Parser parser_;
  std::vector<Node> stack_;
  std::vector<Scope> scopes_;
  std::string root_uri_, reason_;
};

Builder& builder(void* data) { return *static_cast<Builder*>(data); }

void on_entity(void* data, const char*, int, const char* value, int, const char*, const char* system_id, const char*, const char*) {
  if (value == nullptr && system_id != nullptr) builder(data).stop("it declares an external entity");
}

void append_text(std::string& out, const Node& node) {
  out += node.text;
  for (const auto& child : node.children) append_text(out, child);
}

}  // namespace

const Node* Node::child(std::string_view wanted) const {
  auto found = std::find_if(children.begin(), children.end(), [&](const Node& node) { return node.name == wanted; });
  return found == children.end() ? nullptr : &*found;
}

std::string_view Node::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes)
    if (lower_ascii(key) == wanted) return value;
  return {};
}

std::string Node::all_text() const {
  std::string out;
  append_text(out, *this);
  return std::string{trim(out)};
}

Tree parse_xml(std::string_view xml) {
  Tree tree;
  if (xml.size() > kLargest) {
    tree.problem = "it has more than 64 MB";
    return tree;
  }
  // A declaration must stand at the very beginning, if anywhere; publishers put blank lines before it.
  while (!xml.empty() && (xml.front() == ' ' || xml.front() == '\n' || xml.front() == '\r' || xml.front() == '\t')) xml.remove_prefix(1);
  auto parser = XML_ParserCreate("UTF-8");
  Builder building{parser};
  XML_SetUserData(parser, &building);
  XML_SetElementHandler(
      parser, [](void* data, const char* name, const char** attributes) { builder(data).start(name, attributes); },
      [](void* data, const char*) { builder(data).end(); });
  XML_SetCharacterDataHandler(parser, [](void* data, const char* text, int length) { builder(data).text(text, length); });
  XML_SetEntityDeclHandler(parser, on_entity);
  if (XML_Parse(parser, xml.data(), static_cast<int>(xml.size()), XML_TRUE) != XML_STATUS_OK) {
    auto code = XML_GetErrorCode(parser);
    tree.breaks_off = building.reason().empty() && (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN || code == XML_ERROR_PARTIAL_CHAR ||
                                                    code == XML_ERROR_UNCLOSED_CDATA_SECTION);
    tree.problem = fmt::format("line {}, column {}: {}", XML_GetCurrentLineNumber(parser), XML_GetCurrentColumnNumber(parser),
                               building.reason().empty() ? XML_ErrorString(code) : building.reason().c_str());
  }
  tree.root = building.finish();
  XML_ParserFree(parser);
  return tree;
}

}  // namespace rapport::xml
