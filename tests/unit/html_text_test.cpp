#include "base/html_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace rapport {
namespace {

struct Case {
  const char* html;
  const char* want;
};

TEST(HtmlText, ReadsAsAPersonWould) {
  constexpr Case kCases[] = {
      {"", ""},
      {"plain", "plain"},
      {"<p>One.</p>\n<p>Two<br>\nthree.</p>", "One.\n\nTwo\nthree."},
      {"<p>  many \n blanks  </p>", "many blanks"},
      {"<ul>\n<li>one</li>\n<li>two</li>\n</ul>", "- one\n- two"},
      {"<p>Use <code>a&amp;b</code> now</p>", "Use `a&b` now"},
      {"<pre><code class=\"lang-cpp\">if (a &lt; b) {\n    c();\n}\n</code></pre>", "```\nif (a < b) {\n    c();\n}\n```"},
      {"<blockquote><p>said</p><p>before</p></blockquote><p>mine</p>", "> said\n\n> before\n\nmine"},
      // A source and its words are one quotation, not two levels.
      {"<aside class=\"quote\"><div>ana:</div><blockquote><p>why</p></blockquote></aside><p>because</p>", "> ana:\n\n> why\n\nbecause"},
      {"<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n\n> > b\n\nc"},
      {"<blockquote><pre>x\ny</pre></blockquote>", "> ```\n> x\n> y\n> ```"},
      {"&lt;b&gt; &quot;q&quot; &#39;s&#39; &#x2014; &hellip; &nbsp;!", "<b> \"q\" 's' — … !"},
      {"&unknown; &amp &; &#0; &#xD800; &#9999999999;", "&unknown; &amp &; \xEF\xBF\xBD \xEF\xBF\xBD &#9999999999;"},
      {"<img src=\"x\" alt=\":smile:\" class=\"emoji\"> hi <img src=y alt=\"\">", ":smile: hi"},
      {"<p title=\"a > b\">text</p>", "text"},
      {"a<script>alert('<p>no</p>')</script>b<style>p{}</style><!-- c -->d", "abd"},
      {"<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"},
      {"1 < 2 and <3", "1 < 2 and <3"},
      {"<p title=don't>an apostrophe</p><p>isn't a quote</p>", "an apostrophe\n\nisn't a quote"},
      {"<p>never closed <b", "never closed <b"},
      {"</blockquote></pre></p>still here", "still here"},
      {"<script>never closed", ""},
  };
  for (const auto& one : kCases) EXPECT_EQ(html_text(one.html), one.want) << one.html;
}

// Broken markup must not cost more than its length.
TEST(HtmlText, IsLinearOnHostileInput) {
  for (const char* piece : {"<", "<a \"", "<a b=\"", "<a b='<", "<blockquote>x<br>", "&", "<!--", "</", "<pre>x\n", "<script>", "<img alt"}) {
    std::string html;
    while (html.size() < 400'000) html += piece;
    auto begun = std::chrono::steady_clock::now();
    EXPECT_LT(html_text(html).size(), 20 * html.size()) << piece;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{2}) << piece;  // quadratic takes minutes
  }
}

}  // namespace
}  // namespace rapport
