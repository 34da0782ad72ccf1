// Lays a metric out as a chart: counts of several segments stacked as bars, everything else as lines. The axis begins
// at 0, gaps stay gaps, few events are hollow dots, and a bucket that has not ended yet is dashed or pale.
import { timeTicks, type Grain } from "../state/days";
import { valueText, type Shape } from "./format";
import { linear, ticksFromZero } from "./scale";
import type { Mark, Paint, Scene } from "./scene";
import type { Drawn } from "./segments";
import { stack, type Band } from "./stack";

export interface ChartInput {
  series: readonly Drawn[];
  shape: Shape;
  grain: Grain;
  /** The last bucket has not ended. */
  unfinished: boolean;
  /** A line beside the values, such as a mean; as long as the series, or empty. */
  smooth: readonly (number | null)[];
  width: number;
  height: number;
  /** Dots and labels for a chart that fills the page. */
  large: boolean;
}

export interface Spot {
  /** Middle of the bucket. */
  x: number;
  /** Where each series' value is; null where it has none. */
  y: (number | null)[];
}

export interface Chart extends Scene {
  spots: Spot[];
  plot: { left: number; right: number; top: number; bottom: number };
}

// Bars thinner than so many pixels are drawn as one shape: they would blur, and be thousands.
const THIN = 2;

const paintOf = (series: Drawn): Paint => `series-${series.colour}`;
const place = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** The stretches of consecutive values, as [first, last] indexes. */
export function runs(values: readonly (number | null)[]): [number, number][] {
  const out: [number, number][] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const last = out[out.length - 1];
    if (last && last[1] === i - 1) last[1] = i;
    else out.push([i, i]);
  });
  return out;
}

export const isStacked = (input: Pick<ChartInput, "series" | "shape">): boolean => input.shape === "count" && input.series.length > 1;

export function drawChart(input: ChartInput): Chart {
  const { series, shape, grain, width, height, large } = input;
  const buckets = series[0]?.points.map((point) => point.at) ?? [];
  const values = series.map((one) => one.points.map((point) => point.value));
  const stacked = isStacked(input);
  const bands = stacked ? stack(values) : [];
  const top = stacked ? Math.max(0, ...(bands[bands.length - 1] ?? []).map((band) => band.to)) : Math.max(0, ...values.flat().map((v) => v ?? 0));

  const size = large ? 12 : 11;
  const ticks = ticksFromZero(top, large ? 5 : 3, shape === "count" ? 1 : 0);
  const labels = ticks.map((tick) => valueText(tick, shape));
  const left = Math.ceil(Math.max(...labels.map((label) => label.length)) * size * 0.6) + 10;
  const plot = { left, right: width - 8, top: 10, bottom: height - (large ? 26 : 22) };
  const step = (plot.right - plot.left) / Math.max(1, buckets.length);
  const x = (i: number) => plot.left + (i + 0.5) * step;
  const y = linear([0, ticks[ticks.length - 1] ?? 1], [plot.bottom, plot.top]);

  const marks: Mark[] = [];
  ticks.forEach((tick, i) => {
    marks.push({ kind: "line", x1: plot.left, x2: plot.right, y1: y(tick), y2: y(tick), stroke: tick === 0 ? "muted" : "grid", width: 1 });
    marks.push({ kind: "text", x: plot.left - 6, y: y(tick) + size * 0.35, text: labels[i] ?? "", size, anchor: "end", fill: "muted", bold: false });
  });
  for (const tick of timeTicks(buckets, grain, (plot.right - plot.left) / (size * 0.56))) {
    const at = x(tick.index);
    const half = tick.label.length * size * 0.28;
    marks.push({ kind: "line", x1: at, x2: at, y1: plot.bottom, y2: plot.bottom + 4, stroke: "muted", width: 1 });
    marks.push({
      kind: "text", x: Math.max(half, Math.min(width - half, at)), y: plot.bottom + 5 + size, text: tick.label, size, anchor: "middle", fill: "muted", bold: false,
    });
  }

  const last = buckets.length - 1;
  if (stacked && step < THIN) {
    series.forEach((one, s) => marks.push({ kind: "area", d: ribbon(bands[s] ?? []), fill: paintOf(one), opacity: 1 }));
  } else if (stacked) {
    const gap = step > 4 ? Math.min(step * 0.2, 6) : 0;
    series.forEach((one, s) =>
      bands[s]?.forEach((band, i) => {
        if (band.to === band.from) return;
        marks.push({
          kind: "rect", x: x(i) - step / 2 + gap / 2, width: step - gap, y: y(band.to), height: y(band.from) - y(band.to), fill: paintOf(one),
          opacity: input.unfinished && i === last ? 0.5 : 1,
        });
      }),
    );
  } else {
    series.forEach((one, s) => lines(one, values[s] ?? []));
  }
  for (const [from, to] of runs(input.smooth)) {
    marks.push({ kind: "path", d: trace(input.smooth, from, to), stroke: "ink", width: 1.5, dash: false });
  }

  function ribbon(line: readonly Band[]): string {
    const over = line.map((band, i) => place(x(i), y(band.to)));
    const under = line.map((band, i) => place(x(i), y(band.from))).reverse();
    return `M${[...over, ...under].join("L")}Z`;
  }

  function trace(line: readonly (number | null)[], from: number, to: number): string {
    return Array.from({ length: to - from + 1 }, (_, k) => `${k ? "L" : "M"}${place(x(from + k), y(line[from + k] ?? 0))}`).join("");
  }

  function lines(one: Drawn, line: readonly (number | null)[]): void {
    const stroke = paintOf(one);
    const pale = input.smooth.length > 0;
    for (const [from, to] of runs(line)) {
      const dashed = input.unfinished && to === last && to > from;
      const solid = dashed ? to - 1 : to;
      if (shape === "count" && to > from) {
        const d = `${trace(line, from, to)}L${place(x(to), plot.bottom)}L${place(x(from), plot.bottom)}Z`;
        marks.push({ kind: "area", d, fill: stroke, opacity: 0.12 });
      }
      if (solid > from) marks.push({ kind: "path", d: trace(line, from, solid), stroke, width: pale ? 1 : large ? 2 : 1.75, dash: false });
      if (dashed) marks.push({ kind: "path", d: trace(line, to - 1, to), stroke, width: large ? 2 : 1.75, dash: true });
    }
    line.forEach((value, i) => {
      if (value === null) return;
      const alone = (line[i - 1] ?? null) === null && (line[i + 1] ?? null) === null;
      const few = one.points[i]?.few ?? false;
      if (!(alone || step >= (few ? 5 : large ? 12 : 16))) return;
      marks.push({ kind: "dot", x: x(i), y: y(value), r: large ? 3.5 : 2.5, stroke, fill: few ? "surface" : stroke });
    });
  }

  const spots = buckets.map((_, i) => ({
    x: x(i),
    y: series.map((_one, s) => {
      if (stacked) return y(bands[s]?.[i]?.to ?? 0);
      const value = values[s]?.[i] ?? null;
      return value === null ? null : y(value);
    }),
  }));
  return { width, height, marks, spots, plot };
}
