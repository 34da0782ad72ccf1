// Stacking and smoothing of aligned series. A null is "no value": it adds nothing to a stack and is skipped by a mean.

export interface Band {
  from: number;
  to: number;
}

/** One list of bands a series, each standing on those before it; negative values are drawn as nothing. */
export function stack(series: readonly (readonly (number | null)[])[]): Band[][] {
  const length = Math.max(0, ...series.map((values) => values.length));
  const height = new Array<number>(length).fill(0);
  return series.map((values) =>
    height.map((from, i) => {
      const to = from + Math.max(0, values[i] ?? 0);
      height[i] = to;
      return { from, to };
    }),
  );
}

/**
 * The mean of each value and the `size - 1` before it. Null until `size` buckets have gone by, and where a bucket in
 * the stretch has no value: half a mean would look like a change.
 */
export function trailingMean(values: readonly (number | null)[], size: number): (number | null)[] {
  return values.map((_, i) => {
    if (i < size - 1) return null;
    const stretch = values.slice(i - size + 1, i + 1);
    if (stretch.some((value) => value === null)) return null;
    return stretch.reduce<number>((sum, value) => sum + (value ?? 0), 0) / size;
  });
}
