// Days as the API writes them ("2022-11-30"), in UTC throughout, and the buckets that days fall into.

export type Grain = "day" | "week" | "month" | "quarter" | "year";
export const GRAINS: readonly Grain[] = ["day", "week", "month", "quarter", "year"];

const DAY_MS = 86_400_000;

const iso = (date: Date): string => date.toISOString().slice(0, 10);
export const dateOf = (day: string): Date => new Date(`${day.slice(0, 10)}T00:00:00Z`);

/** True for a day that exists, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = dateOf(text);
  return !Number.isNaN(date.getTime()) && iso(date) === text;
}

export const addDays = (day: string, count: number): string => iso(new Date(dateOf(day).getTime() + count * DAY_MS));

/** The same day of the month `count` months on, or the last one that month has. */
export function addMonths(day: string, count: number): string {
  const date = dateOf(day);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + count;
  const last = new Date(Date.UTC(Math.floor(month / 12), (month % 12) + 1, 0)).getUTCDate();
  return iso(new Date(Date.UTC(Math.floor(month / 12), month % 12, Math.min(date.getUTCDate(), last))));
}

export const daysBetween = (from: string, to: string): number => Math.round((dateOf(to).getTime() - dateOf(from).getTime()) / DAY_MS);

/** First day of the bucket that holds `day`. Weeks begin on Mondays. */
export function bucketStart(day: string, grain: Grain): string {
  const date = dateOf(day);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (grain) {
    case "day":
      return iso(date);
    case "week":
      return addDays(day, -((date.getUTCDay() + 6) % 7));
    case "month":
      return iso(new Date(Date.UTC(year, month, 1)));
    case "quarter":
      return iso(new Date(Date.UTC(year, month - (month % 3), 1)));
    case "year":
      return iso(new Date(Date.UTC(year, 0, 1)));
  }
}

/** First day of the bucket `count` buckets after the one that begins on `bucket`. */
export function moveBucket(bucket: string, grain: Grain, count: number): string {
  if (grain === "day") return addDays(bucket, count);
  if (grain === "week") return addDays(bucket, 7 * count);
  return addMonths(bucket, count * { month: 1, quarter: 3, year: 12 }[grain]);
}

// Making a formatter costs more than using it a hundred times.
const formatters = new Map<string, Intl.DateTimeFormat>();

function format(day: string, options: Intl.DateTimeFormatOptions, locale?: string): string {
  const key = JSON.stringify([locale, options]);
  let formatter = formatters.get(key);
  if (!formatter) formatters.set(key, (formatter = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options })));
  return formatter.format(dateOf(day));
}

export const dayLabel = (day: string, locale?: string): string => format(day, { day: "numeric", month: "short", year: "numeric" }, locale);

/** What a person calls the bucket: "November 2022", "Q4 2022", "week of 7 Nov 2022". */
export function bucketLabel(bucket: string, grain: Grain, locale?: string): string {
  switch (grain) {
    case "day":
      return dayLabel(bucket, locale);
    case "week":
      return `week of ${dayLabel(bucket, locale)}`;
    case "month":
      return format(bucket, { month: "long", year: "numeric" }, locale);
    case "quarter":
      return `Q${Math.floor(dateOf(bucket).getUTCMonth() / 3) + 1} ${bucket.slice(0, 4)}`;
    case "year":
      return bucket.slice(0, 4);
  }
}

export interface TimeTick {
  index: number;
  label: string;
}

// From finest to coarsest: which stretch of the calendar a day lies in, and what to write where a new one begins.
const STRETCHES: readonly { key: (day: string) => string; label: (day: string, locale?: string) => string }[] = [
  { key: (d) => d, label: (d, l) => format(d, { day: "numeric", month: "short" }, l) },
  { key: (d) => bucketStart(d, "week"), label: (d, l) => format(d, { day: "numeric", month: "short" }, l) },
  { key: (d) => d.slice(0, 7), label: (d, l) => format(d, { month: "short", year: "numeric" }, l) },
  { key: (d) => bucketStart(d, "quarter"), label: (d, l) => format(d, { month: "short", year: "numeric" }, l) },
  { key: (d) => d.slice(0, 4) + (d.slice(5, 7) < "07" ? "a" : "b"), label: (d, l) => format(d, { month: "short", year: "numeric" }, l) },
  ...[1, 2, 5, 10, 20, 50].map((years) => ({
    key: (d: string) => String(Math.floor(Number(d.slice(0, 4)) / years)),
    label: (d: string) => d.slice(0, 4),
  })),
];

// In letters: a year, and what stays free between two labels.
const SHORTEST_LABEL = 4;
const AIR = 3;

/** Labels under ascending `buckets`, each where a day, week, month, … begins, so many that `letters` of text hold them. */
export function timeTicks(buckets: readonly string[], grain: Grain, letters: number, locale?: string): TimeTick[] {
  const finest = { day: 0, week: 1, month: 2, quarter: 3, year: 5 }[grain];
  for (const stretch of STRETCHES.slice(finest)) {
    const begins = buckets
      .map((bucket, index) => ({ bucket, index }))
      .filter(({ bucket, index }) => stretch.key(bucket) !== stretch.key(buckets[index - 1] ?? moveBucket(bucket, grain, -1)));
    if (begins.length * (SHORTEST_LABEL + AIR) > letters) continue;
    const ticks = begins.map(({ bucket, index }) => ({ index, label: stretch.label(bucket, locale) }));
    if (ticks.length > 0 && ticks.length * (Math.max(...ticks.map((tick) => tick.label.length)) + AIR) <= letters) return ticks;
  }
  const first = buckets[0];
  return first === undefined ? [] : [{ index: 0, label: bucketLabel(first, grain, locale) }];
}
