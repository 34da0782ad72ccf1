import { expect, it } from "vitest";
import { webAddress } from "./links";

it.each([
  ["https://example.org/a?b=c", "https://example.org/a?b=c"],
  ["http://example.org", "http://example.org/"],
  ["javascript:alert(1)", null], ["JaVaScRiPt:alert(1)", null], ["java\nscript:alert(1)", null],
  ["data:text/html,<b>", null], ["/relative", null], ["//example.org", null], ["", null],
])("%s", (text, want) => expect(webAddress(text)).toBe(want));
