// The metrics of metrics/*.sql by rule of thumb, over the invented community. Their definitions are read from the real
// files, so that the page shows what it will show.
import { readdirSync, readFileSync } from "node:fs";

const DAY = 86_400_000;
const ANSWERS = ["comment", "reply", "answer", "review"];
const folder = new URL("../../metrics/", import.meta.url);

export const METRICS = readdirSync(folder).filter((name) => name.endsWith(".sql")).sort().map((file) => {
  const header = Object.fromEntries([...readFileSync(new URL(file, folder), "utf8").matchAll(/^-- (\w+): +(.*)$/gm)].map((m) => [m[1], m[2]]));
  const { title, question, unit, shape, better, who, caveat, origin } = header;
  return { name: file.slice(0, -4), title, question, unit, shape, better, who, caveat, origin };
});

const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

export function bucketOf(day, grain) {
  const date = new Date(`${day}T00:00:00Z`);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (grain === "day") return day;
  if (grain === "week") return iso(date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY);
  return iso(Date.UTC(year, grain === "year" ? 0 : grain === "quarter" ? month - (month % 3) : month, 1));
}

export function nextBucket(bucket, grain) {
  const date = new Date(`${bucket}T00:00:00Z`);
  if (grain === "day" || grain === "week") return iso(date.getTime() + (grain === "day" ? 1 : 7) * DAY);
  return iso(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + { month: 1, quarter: 3, year: 12 }[grain], 1));
}

const counts = (who, person) =>
  ({ community: person.kind === "human" && !person.team, humans: person.kind === "human", team: person.team, bots: person.kind !== "human", everyone: true })[who];

export function chosen(filter, who) {
  const within = (list, name) => list.length === 0 || list.includes(name);
  return (activity) => within(filter.source, activity.source) && within(filter.place, activity.place) &&
    within(filter.organization, activity.person.organization) && counts(filter.who ?? who, activity.person);
}

export function grouped(list, key) {
  const out = new Map();
  for (const one of list) {
    const found = out.get(key(one));
    if (found) found.push(one);
    else out.set(key(one), [one]);
  }
  return out;
}

const distinct = (events, key) => new Set(events.map(key)).size;
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
const people = (events) => distinct(events, (one) => one.person.id);
const openings = (events) => events.filter((one) => one.thread?.opening === one);

function halfOfWork(events) {
  const work = [...grouped(events, (one) => one.person.id).values()].map((list) => list.length).sort((a, b) => b - a);
  let done = 0;
  return work.length ? work.findIndex((count) => (done += count) * 2 >= events.length) + 1 : null;
}

// name → (events of the bucket, what is known of everybody) → [segment, value, events behind it]
const RULES = {
  active_people: (events) => [["all", people(events), events]],
  activities_by_kind: (events) => [...grouped(events, (one) => one.kind)].map(([kind, list]) => [kind, list.length, list]),
  answers_by_side: (events) => {
    const first = openings(events).map((one) => one.thread.replies[0]).filter(Boolean);
    return ["team", "community"].map((side) => {
      const mine = first.filter((one) => one.person.team === (side === "team"));
      return [side, first.length ? mine.length / first.length : null, mine, first.length];
    });
  },
  commits: (events) => only(events.filter((one) => one.kind === "commit"), (list) => list.length),
  contributor_absence_factor: (events) => only(events.filter((one) => ["commit", ...ANSWERS].includes(one.kind)), halfOfWork),
  dau_mau: (events) => only(events, (list) => (list.length ? distinct(list, (one) => `${one.person.id} ${iso(one.at)}`) / 30 / people(list) : null)),
  first_response_hours: (events) => only(openings(events).filter((one) => one.thread.replies[0]), (list) => median(list.map((one) => Math.max(0.1, (one.thread.replies[0].at - one.at) / 3_600_000)))),
  new_people: (events, past) => only(events.filter((one) => past.first.get(one.person.id) === one.id), (list) => list.length),
  organizations_active: (events) => only(events.filter((one) => one.person.organization), (list) => distinct(list, (one) => one.person.organization)),
  people_who_came_back: (events, past) => only(events.filter((one) => past.returned.has(one.id)), people),
  share_answered: (events) => only(openings(events), (list) => (list.length ? list.filter((one) => one.thread.replies.length).length / list.length : null)),
  threads_opened: (events) => only(openings(events), (list) => list.length),
};
const only = (events, value) => [["all", value(events), events]];

function pastOf(events) {
  const first = new Map();
  const returned = new Set();
  const seen = new Map();
  for (const one of events) {
    if (!first.has(one.person.id)) first.set(one.person.id, one.id);
    if (one.at - (seen.get(one.person.id) ?? one.at) > 90 * DAY) returned.add(one.id);
    seen.set(one.person.id, one.at);
  }
  return { first, returned };
}

/** Series of {segment, points: [{at, value, n, few, events}]} over whole buckets of [from, to). */
export function evaluate(community, metric, window, filter) {
  const events = community.activities.filter(chosen(filter, metric.who));
  const past = pastOf(events);
  const byBucket = grouped(events, (one) => bucketOf(iso(one.at), window.grain));
  const buckets = [];
  for (let at = bucketOf(window.from, window.grain); at < window.to; at = nextBucket(at, window.grain)) buckets.push(at);
  const found = buckets.map((at) => RULES[metric.name](byBucket.get(at) ?? [], past));
  const segments = [...new Set(found.flat().map(([segment]) => segment))].sort();
  const count = metric.shape === "count";
  return segments.map((segment) => ({
    segment,
    points: buckets.map((at, i) => {
      const [, value = count ? 0 : null, list = [], n = list.length] = found[i].find(([name]) => name === segment) ?? [];
      return { at, value, n, few: !count && value !== null && n < 30, events: list };
    }),
  }));
}
