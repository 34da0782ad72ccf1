import { describe, expect, it } from "vitest";
import type { Series } from "../api/types";
import { fold } from "./segments";

const series = (segment: string, ...values: number[]): Series => ({
  segment, points: values.map((value, i) => ({ at: `2022-0${i + 1}-01`, value, n: value, few: false })),
});
const eight = "abcdefgh".split("").map((name, i) => series(name, i, 10 * i));

describe("fold", () => {
  it("keeps what fits, heaviest first", () => {
    expect(fold([series("x", 1), series("y", 5)], "count").drawn.map((d) => [d.segment, d.colour])).toEqual([["y", 0], ["x", 1]]);
  });
  it("sums the rest of counts", () => {
    const { drawn, left_out } = fold(eight, "count");
    expect(drawn.map((d) => d.segment)).toEqual(["h", "g", "f", "e", "d", "c", "other"]);
    expect(drawn[6]?.folded).toEqual(["b", "a"]);
    expect(drawn[6]?.points.map((p) => [p.value, p.n])).toEqual([[1, 1], [10, 10]]);
    expect(left_out).toEqual([]);
  });
  it("does not add up shares", () => {
    const { drawn, left_out } = fold(eight, "share");
    expect(drawn).toHaveLength(6);
    expect(left_out).toEqual(["b", "a"]);
  });
  it("loses no event on the way", () => {
    const total = (all: { points: { n: number }[] }[]) => all.flatMap((s) => s.points).reduce((n, p) => n + p.n, 0);
    expect(total(fold(eight, "count").drawn)).toBe(total(eight));
  });
});
