#!/usr/bin/env python3
"""How often does the verdict of src/report/community.h call a change where there is none?

Makes series of 13 buckets whose mean does not change, lets the rule of judge() compare the last bucket with the one
before it, and counts the verdicts better, worse and changed ("alarms"). Only Python's standard library; the same seed
gives the same table.

  bench/verdict_false_alarms.py                 the table of docs/decisions/0004-the-verdict-rule.md
  bench/verdict_false_alarms.py --series 2000   quicker and rougher
"""
import argparse
import bisect
import math
import random

HISTORY = 12         # buckets before the last, as kHistory in src/report/community.cpp
ENOUGH_HISTORY = 6   # differences, as kEnoughHistory
FEW_EVENTS = 30      # as kFewEvents in src/metrics/metric.h
TO_SIGMA = 1.4826    # a median absolute deviation of a normal variable, times this, is its standard deviation


def median(values):
    """The upper of the two middle values for an even count, as nth_element(size / 2) gives."""
    return sorted(values)[len(values) // 2]


def usual_step(history):
    steps = [abs(b - a) for a, b in zip(history, history[1:])]
    return 0.0 if len(steps) < ENOUGH_HISTORY else TO_SIGMA * median(steps)


def mean_square_step(history):
    """Another measure of chance: the root of the mean square of the differences. Blind to a slow trend as well."""
    steps = [b - a for a, b in zip(history, history[1:])]
    return math.sqrt(sum(x * x for x in steps) / len(steps))


def spread(history):
    """A third: the standard deviation of the buckets, times sqrt(2) for a difference of two. A trend widens it."""
    mean = sum(history) / len(history)
    return math.sqrt(2 * sum((x - mean) ** 2 for x in history) / (len(history) - 1))


def alarm(rule, shape, series, counts):
    """True where the rule sees a change, None where it says unclear."""
    _, measure, times_counting, times_steps = rule
    now, before, history = series[-1], series[-2], series[:-1]
    if counts[-1] + counts[-2] < FEW_EVENTS or (shape != "count" and min(counts[-2:]) < FEW_EVENTS):
        return None
    counting, steps = 0.0, measure(history)
    if shape == "count":
        counting = math.sqrt(now + before)
    elif shape == "share":
        n, m = counts[-1], counts[-2]
        p = (now * n + before * m) / (n + m)
        counting = math.sqrt(p * (1 - p) * (1 / n + 1 / m))
    elif steps == 0:
        return None
    return abs(now - before) > max(times_counting * counting, times_steps * steps)


class Counts:
    """Draws counts of a mean; dispersion is variance / mean: 1 is Poisson, above it a negative binomial."""

    def __init__(self, mean, dispersion):
        size = mean / (dispersion - 1) if dispersion > 1 else None

        def log_chance(k):
            if size is None:
                return k * math.log(mean) - mean - math.lgamma(k + 1)
            return (math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1) - size * math.log(dispersion)
                    + k * math.log(1 - 1 / dispersion))

        self.sums, total = [], 0.0
        for k in range(int(mean + 12 * math.sqrt(mean * dispersion) + 12 * dispersion + 20)):
            total += math.exp(log_chance(k))
            self.sums.append(total)

    def draw(self, source):
        return bisect.bisect_left(self.sums, source.random() * self.sums[-1])


def count_series(source, mean, dispersion, lift=1.0, burst=1.0):
    """`lift` multiplies the mean of the last bucket, `burst` that of one bucket half a year before."""
    still, lifted, high = Counts(mean, dispersion), Counts(mean * lift, dispersion), Counts(mean * burst, dispersion)
    while True:
        series = [still.draw(source) for _ in range(HISTORY)] + [lifted.draw(source)]
        if burst != 1:
            series[HISTORY // 2] = high.draw(source)
        yield series, series


def share_series(source, n, p, spread_of_p):
    """Shares of n events; p itself moves from bucket to bucket by a Beta distribution if spread_of_p is above 0."""
    while True:
        shares = []
        for _ in range(HISTORY + 1):
            q = p
            if spread_of_p > 0:
                both = p * (1 - p) / spread_of_p ** 2 - 1
                q = source.betavariate(p * both, (1 - p) * both)
            shares.append(sum(source.random() < q for _ in range(n)) / n)
        yield shares, [n] * (HISTORY + 1)


def median_series(source, n):
    """Medians of n waiting times whose logarithm is normal with standard deviation 1.5."""
    while True:
        yield [median([source.lognormvariate(2, 1.5) for _ in range(n)]) for _ in range(HISTORY + 1)], [n] * (HISTORY + 1)


# Name, the measure of the usual step, how many times counting noise a difference must be, and how many times that step.
RULES = [("1.96 / 1.96 × MAD (before)", usual_step, 1.96, 1.96), ("2.5 / 2.5 × MAD", usual_step, 2.5, 2.5),
         ("1.96 / 2.5 × MAD (now)", usual_step, 1.96, 2.5), ("1.96 / 2.35 × mean square step", mean_square_step, 1.96, 2.35),
         ("1.96 / 2.2 × spread", spread, 1.96, 2.2)]


def percent(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "–"


def row_of(shape, make, seed, times):
    """The share of unclear verdicts, then the alarms of each rule among the clear ones."""
    source = random.Random(seed)
    series = make(source)
    clear, found = 0, [0] * len(RULES)
    for _ in range(times):
        values, counts = next(series)
        for i, rule in enumerate(RULES):
            seen = alarm(rule, shape, values, counts)
            if seen is None:
                break
            clear += i == 0
            found[i] += seen
    return [percent(times - clear, times)] + [percent(x, clear) for x in found]


def table(title, rows, seed):
    print(title + "\n\n| series | unclear | " + " | ".join(rule[0] for rule in RULES) + " |")
    print("|---|--:|" + "--:|" * len(RULES))
    for name, shape, make, times in rows:
        print(f"| {name} | " + " | ".join(row_of(shape, make, seed, times)) + " |")
    print()


def dispersion_name(dispersion):
    return "Poisson" if dispersion == 1 else f"variance = {dispersion} × mean"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=20000, help="series a row (default 20000)")
    parser.add_argument("--seed", type=int, default=20260101)
    options = parser.parse_args()
    many, few = options.series, max(1, options.series // 10)  # a bucket of shares or medians takes n draws

    still = [(f"count, mean {mean}, {dispersion_name(d)}", "count", lambda s, m=mean, d=d: count_series(s, m, d), many)
             for d in (1, 2, 5) for mean in (20, 50, 200, 1000)]
    still += [(f"share of {n} events, p = 0.7{', itself moving by ± 0.05' if moving else ''}", "share",
               lambda s, n=n, m=moving: share_series(s, n, 0.7, m), few) for n, moving in ((50, 0), (200, 0), (200, 0.05))]
    still += [(f"median of {n} waits", "median", lambda s, n=n: median_series(s, n), few) for n in (40, 200)]
    table(f"Nothing changed: how often the verdict is better, worse or changed ({many} series a row, {few} for shares and medians; "
          f"seed {options.seed}).", still, options.seed)

    changed = [(f"count, mean {mean}, {dispersion_name(d)}{', after a burst' if burst > 1 else ''}", "count",
                lambda s, m=mean, d=d, b=burst: count_series(s, m, d, 1.5, b), many)
               for burst in (1, 3) for d in (1, 2, 5) for mean in (50, 200)]
    table("The last bucket's mean is half as much again (+50 %): how often it is seen. After a burst: one bucket of the history had three "
          "times the mean.", changed, options.seed)


if __name__ == "__main__":
    main()
