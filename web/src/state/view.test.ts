import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW, parseView, viewSearch, windowOf, type View } from "./view";

describe("the address", () => {
  it("is empty for the default", () => {
    expect(viewSearch(DEFAULT_VIEW)).toBe("");
    expect(parseView("")).toEqual(DEFAULT_VIEW);
  });
  it("comes back as it went", () => {
    const view: View = {
      ...DEFAULT_VIEW, grain: "week", span: "custom", from: "2021-01-01", until: "2021-12-31", source: ["forum", "code & more"],
      place: ["a=b"], organization: ["Ünique Ltd"], who: "bots", period: "2021-05-01", metric: "commits", evidence: "commits", at: "2021-05-03", segment: "team",
    };
    expect(parseView(viewSearch(view))).toEqual(view);
  });
  it.each([
    ["?grain=decade&span=custom&who=me", DEFAULT_VIEW],
    ["?from=2022-01-01", DEFAULT_VIEW],
    ["?from=2022-02-01&until=2022-01-01", DEFAULT_VIEW],
    ["?at=2022-02-30&evidence=commits&segment=x", DEFAULT_VIEW],
    ["?source=&source=a&source=a", { ...DEFAULT_VIEW, source: ["a"] }],
  ])("keeps its head at %s", (search, want) => expect(parseView(search)).toEqual(want));
});

describe("windowOf", () => {
  it("counts back from the last day of the data, not from today", () => {
    expect(windowOf({ span: "12m", from: null, until: null }, "2022-11-30")).toEqual({ from: "2021-12-01", to: "2022-12-01" });
    expect(windowOf({ span: "3y", from: null, until: null }, "2022-11-30")).toEqual({ from: "2019-12-01", to: "2022-12-01" });
  });
  it("includes the last day of a custom span", () => {
    expect(windowOf({ span: "custom", from: "2022-01-01", until: "2022-01-31" }, null)).toEqual({ from: "2022-01-01", to: "2022-02-01" });
  });
  it("asks for everything when told so, or when there is nothing", () => {
    expect(windowOf({ span: "all", from: null, until: null }, "2022-11-30")).toEqual({});
    expect(windowOf({ span: "3y", from: null, until: null }, null)).toEqual({});
  });
});
