// What a person reads in a piece of HTML, as plain text.
#pragma once

#include <string>
#include <string_view>

namespace rapport {

// Blocks become lines, paragraphs are set apart by an empty line, list items begin with "- ". What the writer did not
// say in their own words stays apart: each line of a <blockquote> or <aside> begins with "> ", <pre> stands between
// lines of ``` and <code> between `. Entities are decoded; an image gives its `alt`; <script>, <style>, <svg> and
// comments give nothing. Takes any bytes, however broken the markup. O(n).
std::string html_text(std::string_view html);

}  // namespace rapport
