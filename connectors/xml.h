// A tree of what an XML text holds, also of one that breaks off.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapport::xml {

struct Node {
  std::string name;  // empty = a piece of text
  std::string text;  // of a piece of text
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<Node> children;
  bool closed = false;  // its end tag was seen

  const Node* child(std::string_view wanted) const;  // the first of that name; null if there is none
  std::string_view attribute(std::string_view wanted) const;  // ignoring case
  std::string all_text() const;                      // of it and everything below, trimmed
};

struct Tree {
  Node root;            // its name is empty where there is no element at all
  std::string problem;  // why reading ended early: "line 12, column 4: mismatched tag"; empty = all of it is there
  bool breaks_off = false;  // the problem is that the text ends
};

// Names get the prefixes that feeds usually use (dc:, content:, itunes:, media:, …), whatever the text calls them; names of the
// root's own vocabulary have none. Nothing outside of the text is ever read: a text that declares external entities is a problem.
// REQUIRES: `xml` is UTF-8. Memory: a few times the text, which may have 64 MB and 200 levels.
Tree parse_xml(std::string_view xml);

}  // namespace rapport::xml
