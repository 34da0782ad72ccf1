// Straight-line scales and round axis ticks. Pure: numbers in, numbers out.

export interface Scale {
  (value: number): number;
}

/** Maps `domain` onto `range`. A domain without length maps everything to the start of the range. */
export function linear(domain: [number, number], range: [number, number]): Scale {
  const length = domain[1] - domain[0];
  return (value) => (length === 0 ? range[0] : range[0] + ((value - domain[0]) / length) * (range[1] - range[0]));
}

/**
 * Round values from 0 up to the first one that is not below `max`, in steps of 1, 2 or 5 times a power of ten, in at
 * most `count` steps. `smallest` is the finest step that makes sense (1 for things that are counted).
 */
export function ticksFromZero(max: number, count: number, smallest = 0): number[] {
  if (!(max > 0)) return [0, smallest > 0 ? smallest : 1];
  const rough = Math.max(max / Math.max(1, count), smallest);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * (1 - 1e-9)) ?? 10 * power;
  const steps = Math.ceil(max / step - 1e-9);
  // Divided, not multiplied, where the step is a fraction: 3 / 10 prints as 0.3 and 3 * 0.1 does not.
  return Array.from({ length: steps + 1 }, (_, i) => (step < 1 ? i / Math.round(1 / step) : i * step));
}

/** The index of the value in ascending `positions` that is nearest to `at`; -1 when there are none. */
export function nearest(positions: readonly number[], at: number): number {
  let best = -1;
  let distance = Infinity;
  positions.forEach((position, i) => {
    if (Math.abs(position - at) < distance) {
      best = i;
      distance = Math.abs(position - at);
    }
  });
  return best;
}
