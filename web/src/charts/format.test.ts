import { describe, expect, it } from "vitest";
import type { Metric } from "../api/types";
import { changeText, unitText, valueText } from "./format";

const metric = (shape: Metric["shape"], unit = "people"): Metric => ({
  name: "m", title: "M", question: "?", unit, shape, better: "up", who: "community", caveat: "", origin: "",
});
const point = (value: number | null) => ({ at: "2022-11-01", value, n: 40, few: false });
const change = (shape: Metric["shape"], now: number | null, before: number | null, by: number | null) =>
  changeText({ metric: metric(shape), now: point(now), before: point(before), change: by }, "en-GB");

describe("valueText", () => {
  it.each([
    [1204, "count", "1,204"], [0.614, "share", "61%"], [0.0614, "share", "6.1%"], [3.44, "median", "3.4"], [340.4, "median", "340"], [null, "share", "no value"],
  ] as const)("%s as %s", (value, shape, want) => expect(valueText(value, shape, "en-GB")).toBe(want));
  it("follows the locale", () => expect(valueText(1204.4, "count", "de-DE")).toBe("1.204"));
});

describe("unitText", () => {
  it("does not say share twice", () => {
    expect(unitText(metric("share", "share of threads"))).toBe("of threads");
    expect(unitText(metric("median", "hours (median)"))).toBe("hours (median)");
  });
});

describe("changeText", () => {
  it("is relative for counts and in points for shares", () => {
    expect(change("count", 56, 50, 0.12)).toEqual({ direction: "up", text: "up 12%" });
    expect(change("count", 48, 50, -0.04)).toEqual({ direction: "down", text: "down 4%" });
    expect(change("share", 0.5, 0.54, -0.04)).toEqual({ direction: "down", text: "down 4 points" });
  });
  it("has words where there is no number", () => {
    expect(change("count", 5, 0, null)).toEqual({ direction: "up", text: "up from 0" });
    expect(change("count", 0, 0, null)).toEqual({ direction: "level", text: "no change" });
    expect(change("share", 0.5, 0.5, null).text).toBe("nothing to compare");
    expect(change("share", null, 0.5, null).text).toBe("no value now");
    expect(change("share", 0.5, null, null).text).toBe("no value before");
  });
  it("calls what rounds to nothing no change", () => expect(change("count", 10000, 9999, 0.0001)).toEqual({ direction: "level", text: "no change" }));
});
