import { describe, expect, it } from "vitest";
import { moveBucket } from "../state/days";
import { drawChart, runs, type ChartInput } from "./draw";
import { posterOf } from "./export";
import { svgText, type Mark } from "./scene";
import type { Drawn } from "./segments";
import { elideMiddle, wrap } from "./text";

const drawn = (values: (number | null)[], few: number[] = [], colour = 0): Drawn => ({
  segment: "all", colour, folded: [],
  points: values.map((value, i) => ({ at: moveBucket("2022-01-01", "month", i), value, n: 40, few: few.includes(i) })),
});
const chart = (over: Partial<ChartInput> & Pick<ChartInput, "series">) =>
  drawChart({ shape: "count", grain: "month", unfinished: false, smooth: [], width: 400, height: 200, large: true, ...over });
const of = <K extends Mark["kind"]>(marks: Mark[], kind: K) => marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
const axis = (marks: Mark[]) => of(marks, "text").filter((mark) => mark.anchor === "end").map((mark) => mark.text);

describe("drawChart", () => {
  it("begins at 0 and ends on a round number", () => expect(axis(chart({ series: [drawn([88, 93])] }).marks)).toEqual(["0", "20", "40", "60", "80", "100"]));
  it("writes shares as percentages", () => expect(axis(chart({ series: [drawn([0.31, 0.58])], shape: "share" }).marks).at(-1)).toBe("60%"));
  it("leaves gaps open and shows a lone value as a dot", () => {
    const { marks, spots } = chart({ series: [drawn([1, 2, null, 3, null, 4, 5])], shape: "median" });
    expect(of(marks, "path")).toHaveLength(2);
    expect(spots[2]?.y).toEqual([null]);
    const many = chart({ series: [drawn(Array.from({ length: 200 }, (_, i) => (i === 100 ? 5 : null)))], shape: "median" });
    expect(of(many.marks, "dot")).toHaveLength(1);
  });
  it("draws few events hollow", () => {
    const dots = of(chart({ series: [drawn([1, 2, 3], [1])], shape: "share" }).marks, "dot");
    expect(dots.map((dot) => dot.fill)).toEqual(["series-0", "surface", "series-0"]);
  });
  it("dashes the way to a bucket that has not ended", () => {
    expect(of(chart({ series: [drawn([1, 2, 3])], unfinished: true }).marks, "path").map((path) => path.dash)).toEqual([false, true]);
  });
  it("stacks counts so that bars meet and their heights add up", () => {
    const { marks, plot } = chart({ series: [drawn([10, 20]), drawn([30, 0], [], 1)] });
    const bars = of(marks, "rect");
    expect(bars).toHaveLength(3);
    expect(bars[0]?.y).toBeCloseTo((bars[2]?.y ?? 0) + (bars[2]?.height ?? 0));
    expect((bars[0]?.y ?? 0) + (bars[0]?.height ?? 0)).toBeCloseTo(plot.bottom);
    expect((bars[2]?.height ?? 0) / (bars[0]?.height ?? 1)).toBeCloseTo(3);
  });
  it("draws what is too thin for bars as one shape a segment", () => {
    const many = Array.from({ length: 900 }, () => 1);
    const { marks } = chart({ series: [drawn(many), drawn(many, [], 1)] });
    expect([of(marks, "rect").length, of(marks, "area").length]).toEqual([0, 2]);
  });
  it("stays inside its frame, with no series too", () => {
    for (const series of [[], [drawn([])], [drawn([0, 0])], [drawn([1e9])]]) {
      for (const mark of chart({ series }).marks) {
        if (mark.kind === "text" || mark.kind === "dot") expect(mark.x >= 0 && mark.x <= 400 && mark.y >= 0 && mark.y <= 200).toBe(true);
      }
    }
  });
});

describe("runs", () => {
  it("are the stretches without a hole", () => expect(runs([null, 1, 2, null, 0])).toEqual([[1, 2], [4, 4]]));
});

describe("the file", () => {
  const poster = posterOf(chart({ series: [drawn([1, 2, 3])] }), {
    title: `<script>"x" & 'y'`, question: "How many?", about: "people", caveat: "c", legend: [{ label: "all", paint: "series-0" }],
  });
  it("escapes what it is told", () => {
    const text = svgText(poster, () => "#123456", `</title><script>`, "sans-serif");
    expect(text).not.toContain("<script>");
    expect(text).toContain("&#60;script&#62;&#34;x&#34; &#38; &#39;y&#39;");
  });
  it("moves paths along with everything else", () => {
    const inner = chart({ series: [drawn([1, 2, 3])] });
    const before = of(inner.marks, "path")[0]?.d.match(/[\d.]+/g)?.map(Number) ?? [];
    const after = of(poster.marks, "path")[0]?.d.match(/[\d.]+/g)?.map(Number) ?? [];
    const dots = [of(inner.marks, "dot")[0], of(poster.marks, "dot")[0]];
    expect(after[0]! - before[0]!).toBeCloseTo(dots[1]!.x - dots[0]!.x);
    expect(after[1]! - before[1]!).toBeCloseTo(dots[1]!.y - dots[0]!.y);
  });
});

describe("text", () => {
  it("wraps between words", () => expect(wrap("one two  three extraordinary", 8)).toEqual(["one two", "three", "extraordinary"]));
  it("elides the middle", () => {
    expect(elideMiddle("abcdefghij", 5)).toBe("ab…ij");
    expect(elideMiddle("abc", 5)).toBe("abc");
  });
});
