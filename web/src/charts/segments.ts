// Which series of a metric are drawn: at most six by their own name, the rest together or not at all.
import type { Point, Series } from "../api/types";
import type { Shape } from "./format";

export const MOST_SEGMENTS = 6;
export const OTHER = "other";

export interface Drawn {
  segment: string;
  points: Point[];
  /** Index into the categorical palette; the last colour, grey, is for what is summed up. */
  colour: number;
  /** The segments this one sums up; empty for one that stands for itself. */
  folded: string[];
}

export interface Folded {
  drawn: Drawn[];
  /** Segments that are not drawn because their values do not add up (shares, medians). */
  left_out: string[];
}

const weight = (series: Series): number => series.points.reduce((sum, point) => sum + point.n, 0);

function sum(series: Series[]): Point[] {
  return (series[0]?.points ?? []).map((point, i) => ({
    at: point.at,
    value: series.reduce((total, one) => total + (one.points[i]?.value ?? 0), 0),
    n: series.reduce((total, one) => total + (one.points[i]?.n ?? 0), 0),
    few: false,
  }));
}

/** The heaviest segments keep their name. Counts of the others are summed as "other"; shares and medians cannot be. */
export function fold(series: readonly Series[], shape: Shape, most = MOST_SEGMENTS): Folded {
  const sorted = [...series].sort((a, b) => weight(b) - weight(a));
  const rest = sorted.slice(most);
  const drawn: Drawn[] = sorted.slice(0, most).map((one, colour) => ({ segment: one.segment, points: one.points, colour, folded: [] }));
  if (rest.length === 0) return { drawn, left_out: [] };
  if (shape !== "count") return { drawn, left_out: rest.map((one) => one.segment) };
  drawn.push({ segment: OTHER, points: sum(rest), colour: MOST_SEGMENTS, folded: rest.map((one) => one.segment) });
  return { drawn, left_out: [] };
}
