import { describe, expect, it } from "vitest";
import { addDays, addMonths, bucketLabel, bucketStart, daysBetween, isDay, moveBucket, timeTicks } from "./days";

describe("days", () => {
  it("knows which days exist", () => {
    expect(["2024-02-29", "2023-02-29", "2022-13-01", "2022-1-1", "<b>", ""].map(isDay)).toEqual([true, false, false, false, false, false]);
  });
  it("stays in the month it is sent to", () => {
    expect(addMonths("2024-01-31", 1)).toBe("2024-02-29");
    expect(addMonths("2023-01-15", -13)).toBe("2021-12-15");
  });
  it("counts over leap days", () => expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2));
});

describe("buckets", () => {
  it.each([
    ["day", "2022-11-30", "2022-11-30", "2022-12-01"],
    ["week", "2022-11-30", "2022-11-28", "2022-12-05"],
    ["week", "2023-01-01", "2022-12-26", "2023-01-02"],
    ["month", "2022-11-30", "2022-11-01", "2022-12-01"],
    ["quarter", "2022-11-30", "2022-10-01", "2023-01-01"],
    ["year", "2022-11-30", "2022-01-01", "2023-01-01"],
  ] as const)("%s of %s", (grain, day, start, next) => {
    expect(bucketStart(day, grain)).toBe(start);
    expect(moveBucket(start, grain, 1)).toBe(next);
    expect(moveBucket(next, grain, -1)).toBe(start);
  });
  it("has names", () => {
    expect(bucketLabel("2022-10-01", "quarter", "en-GB")).toBe("Q4 2022");
    expect(bucketLabel("2022-11-01", "month", "en-GB")).toBe("November 2022");
    expect(bucketLabel("2022-11-28", "week", "en-GB")).toBe("week of 28 Nov 2022");
  });
});

describe("timeTicks", () => {
  const months = (first: string, count: number) => Array.from({ length: count }, (_, i) => moveBucket(first, "month", i));
  const labels = (first: string, count: number, letters: number) => timeTicks(months(first, count), "month", letters, "en-GB").map((t) => t.label);
  it("labels every bucket when there is room", () => expect(labels("2022-10-01", 3, 33)).toEqual(["Oct 2022", "Nov 2022", "Dec 2022"]));
  it("goes to quarters, then years, as room gets short", () => {
    expect(timeTicks(months("2022-02-01", 12), "month", 44, "en-GB").map((t) => [t.index, t.label])).toEqual([
      [2, "Apr 2022"], [5, "Jul 2022"], [8, "Oct 2022"], [11, "Jan 2023"],
    ]);
    expect(labels("2019-12-01", 36, 43)).toEqual(["2020", "2021", "2022"]);
    expect(labels("2010-01-01", 156, 21)).toEqual(["2010", "2015", "2020"]);
  });
  it("never needs more room than there is, over any length", () => {
    for (const count of [2, 7, 30, 200, 1200]) expect(labels("1931-03-01", count, 30).reduce((sum, label) => sum + label.length + 3, 0)).toBeLessThanOrEqual(30);
  });
  it("is quick over fifty years of days", () => {
    const days = Array.from({ length: 18_000 }, (_, i) => addDays("1970-01-01", i));
    const began = performance.now();
    expect(timeTicks(days, "day", 60)).not.toHaveLength(0);
    expect(performance.now() - began).toBeLessThan(2000);
  });
  it("gives at least one", () => expect(timeTicks(["2022-11-02"], "day", 1, "en-GB")).toHaveLength(1));
});
