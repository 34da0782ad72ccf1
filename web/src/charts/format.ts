// How values and changes are written. A share is a fraction of 1 in the API and a percentage on the page.
import type { Comparison, Metric } from "../api/types";

export type Shape = Metric["shape"];

const number = (value: number, digits: number, locale?: string): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);

export const integer = (value: number, locale?: string): string => number(value, 0, locale);

export const eventsText = (n: number): string => `${integer(n)} ${n === 1 ? "event" : "events"}`;

/** The value alone: "1,204", "61 %", "3.4". */
export function valueText(value: number | null, shape: Shape, locale?: string): string {
  if (value === null) return "no value";
  if (shape === "share") return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: Math.abs(value) < 0.1 ? 1 : 0 }).format(value);
  return number(value, shape === "median" && Math.abs(value) < 100 ? 1 : 0, locale);
}

/** "share of threads" → "of threads"; "hours (median)" stays. What stands behind the value. */
export const unitText = (metric: Metric): string => (metric.shape === "share" ? metric.unit.replace(/^share /, "") : metric.unit);

export const valueWithUnit = (value: number | null, metric: Metric, locale?: string): string =>
  value === null ? "no value" : `${valueText(value, metric.shape, locale)} ${unitText(metric)}`;

export interface Change {
  direction: "up" | "down" | "level" | "none";
  text: string;
}

/** "up 12%", "down 4 points", "no change", or why there is nothing to compare. */
export function changeText(comparison: Pick<Comparison, "metric" | "now" | "before" | "change">, locale?: string): Change {
  const { change, metric, now, before } = comparison;
  if (change === null) {
    if (metric.shape === "count" && before.value === 0 && now.value !== null) {
      return now.value > 0 ? { direction: "up", text: "up from 0" } : { direction: "level", text: "no change" };
    }
    return { direction: "none", text: now.value === null ? "no value now" : before.value === null ? "no value before" : "nothing to compare" };
  }
  const share = metric.shape === "share";
  const size = Math.abs(change) * 100;
  const digits = size < 10 ? 1 : 0;
  const amount = number(size, digits, locale);
  // Decided on what is written: "up 0%" would be a contradiction.
  if (Number(size.toFixed(digits)) === 0) return { direction: "level", text: "no change" };
  return {
    direction: change > 0 ? "up" : "down",
    text: `${change > 0 ? "up" : "down"} ${share ? `${amount} points` : `${amount}%`}`,
  };
}
